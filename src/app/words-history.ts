// What happened to an order, as a sentence after the doer's name.
import type { Stage } from '../domain/order.ts';
import type { Happening } from '../domain/timeline.ts';

const MOVED: Readonly<Record<Stage, string>> = {
  empty: 'made it a draft',
  initiated: 'put it in the queue',
  in_progress: 'started washing',
  ready: 'marked it ready',
  paid: 'marked it paid',
  completed: 'handed it over',
  cancelled: 'cancelled it',
};

const BACK: Readonly<Record<Stage, string>> = {
  empty: 'took it back to draft',
  initiated: 'took it back to the queue',
  in_progress: 'took it back to the bay',
  ready: 'took it back to ready',
  paid: 'took it back to paid',
  completed: 'took it back to handed over',
  cancelled: 'cancelled it',
};

const FIELDS: Readonly<Record<string, string>> = {
  plate: 'the plate',
  vehicle: 'the vehicle',
  colour: 'the colour',
  notes: 'the note',
  promisedAt: 'the promised time',
};

const PLAIN: Readonly<Record<'created' | 'drying' | 'crew' | 'paid' | 'driven-out', string>> = {
  created: 'created the order',
  drying: 'moved it to drying',
  crew: 'changed the crew',
  paid: 'took the payment',
  'driven-out': 'cleared the bay',
};

export function happened(what: Happening): string {
  switch (what.kind) {
    case 'moved':
      return (what.isBack ? BACK : MOVED)[what.to];
    case 'noted':
      return what.text === '' ? 'removed the note' : 'wrote a note';
    case 'edited':
      return `changed ${what.fields.map((field) => FIELDS[field] ?? field).join(', ') || 'the order'}`;
    case 'other':
      return what.type.replaceAll('_', ' ');
    default:
      return PLAIN[what.kind];
  }
}
