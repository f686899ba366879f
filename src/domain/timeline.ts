// The history of one order: what this device holds of its log and what the server told, as one list without doubles, newest first.
import { parseCursor } from '../protocol/cursor.ts';
import type { SyncEvent } from '../protocol/event.ts';
import type { Activity } from './activity.ts';
import { STAGES, type Stage } from './order.ts';

/** What happened, as far as words need it. */
export type Happening =
  | { readonly kind: 'created' }
  | { readonly kind: 'moved'; readonly to: Stage; readonly isBack: boolean }
  | { readonly kind: 'drying' }
  | { readonly kind: 'crew' }
  | { readonly kind: 'paid' }
  | { readonly kind: 'noted'; readonly text: string | null }
  | { readonly kind: 'edited'; readonly fields: readonly string[] }
  | { readonly kind: 'driven-out' }
  /** A type this build doesn't know. */
  | { readonly kind: 'other'; readonly type: string };

export interface TimelineItem {
  /** Cursor of the event. */
  readonly id: string;
  readonly atMs: number;
  /** Null where nobody signed in did it. */
  readonly who: { readonly user: string; readonly name: string } | null;
  readonly what: Happening;
}

/** Items kept and shown; older ones are asked of the server again. */
const TIMELINE_ITEMS = 500;

/** Events of another epoch than the newest one's are of a log that is no more. */
export function timeline(events: readonly SyncEvent[], told: readonly Activity[]): readonly TimelineItem[] {
  const items = new Map<string, TimelineItem>();
  for (const activity of told) items.set(activity.id, toItem(activity, null));
  for (const event of events) items.set(event.id, toItem(event, event));
  return [...items.values()].toSorted((a, b) => placeOf(b) - placeOf(a) || b.atMs - a.atMs).slice(0, TIMELINE_ITEMS);
}

function placeOf({ id }: TimelineItem): number {
  return parseCursor(id)?.seq ?? 0;
}

function toItem(told: Activity, event: SyncEvent | null): TimelineItem {
  return { id: told.id, atMs: Date.parse(told.timestamp), who: told.actor, what: happening(told, event) };
}

function happening({ eventType, data }: Activity, event: SyncEvent | null): Happening {
  switch (eventType) {
    case 'order_created':
      return { kind: 'created' };
    case 'stage_change':
      return moved(data['previousStage'], data['newStage']) ?? { kind: 'other', type: eventType };
    case 'job_updated':
      return data['step'] === 'drying' && !isCrewOnly(event) ? { kind: 'drying' } : { kind: 'crew' };
    case 'payment_update':
      return { kind: 'paid' };
    case 'order_updated':
      return edited(data['fields'], event);
    case 'bay_updated':
      return { kind: 'driven-out' };
    default:
      return { kind: 'other', type: eventType };
  }
}

function moved(from: unknown, to: unknown): Happening | null {
  const before = STAGES.findIndex((stage) => stage === from);
  const after = STAGES.find((stage) => stage === to);
  return before < 0 || !after ? null : { kind: 'moved', to: after, isBack: STAGES.indexOf(after) < before };
}

/** Only events on this device say what a job's change was. */
function isCrewOnly(event: SyncEvent | null): boolean {
  const change = event?.changes.find(({ collection }) => collection === 'jobs');
  return change !== undefined && 'patch' in change && 'crew' in change.patch && !('step' in change.patch);
}

function edited(fields: unknown, event: SyncEvent | null): Happening {
  const names = Array.isArray(fields) ? fields.filter((field) => typeof field === 'string') : [];
  if (names.length !== 1 || names[0] !== 'notes') return { kind: 'edited', fields: names };
  const change = event?.changes.find(({ collection }) => collection === 'orders');
  const notes = change && 'patch' in change ? change.patch['notes'] : undefined;
  return { kind: 'noted', text: typeof notes === 'string' ? notes : null };
}
