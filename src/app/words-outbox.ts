// The sentences about writes that wait: badges, the outbox sheet, the conflict dialog, signing out with unsent entries. A write is an
// "entry", and it is "sent".
import type { PlannedWrite } from '../domain/planned-write.ts';
import { firstName } from './format.ts';
import { count, lowerFirst, plural } from './plural.ts';
import { STAGE_NAMES } from './words-stages.ts';
import type { Stage } from '../domain/order.ts';

const STAGE_TEXT: Readonly<Record<Stage, string>> = {
  empty: STAGE_NAMES.draft,
  initiated: STAGE_NAMES.waiting,
  in_progress: STAGE_NAMES.washing,
  ready: STAGE_NAMES.ready,
  paid: STAGE_NAMES.paid,
  completed: STAGE_NAMES.done,
  cancelled: STAGE_NAMES.cancelled,
};

const MOVED: Readonly<Record<Stage, string>> = {
  empty: 'Made a draft',
  initiated: 'Put in the queue',
  in_progress: 'Washing started',
  ready: 'Marked ready',
  paid: 'Back to paid',
  completed: 'Handed over',
  cancelled: 'Order cancelled',
};

const FIELDS: Readonly<Record<string, string>> = {
  stage: 'stage',
  notes: 'note',
  plate: 'plate',
  vehicle: 'car',
  colour: 'colour',
  promisedAt: 'promised time',
  bayId: 'bay',
  paid: 'payment',
  step: 'step',
  state: 'state',
  entries: 'order of the queue',
};

function planned(write: PlannedWrite): string {
  switch (write.kind) {
    case 'create':
      return 'New order';
    case 'stage':
      // A start names its job; into the bay without one is a step back.
      return write.stage === 'in_progress' && write.jobId === null ? 'Back to the bay' : MOVED[write.stage];
    case 'payment':
      return `Paid by ${write.method}`;
    case 'order':
      return orderText(write.fields);
    case 'drying':
      return 'To drying';
    case 'bay':
      return write.state === 'free' ? 'Bay opened' : 'Bay closed';
    case 'other':
      return 'A change';
  }
}

function orderText(fields: Readonly<Record<string, unknown>>): string {
  const names = Object.keys(fields);
  if (names.length === 1 && names[0] === 'notes') return fields['notes'] === '' ? 'Note removed' : 'Note changed';
  return `Changed: ${names.map(fieldName).join(', ')}`;
}

function whoOf(name: string | null): string {
  return name === null ? 'Somebody else' : firstName(name);
}

function fieldName(name: string): string {
  return FIELDS[name] ?? name;
}

export const outbox = {
  title: 'Outbox',
  /** The place as it is said: with the count that is only drawn. */
  place: (entries: number, needsYou: number) => {
    if (entries === 0) return 'Outbox';
    const all = plural(entries, { one: 'Outbox, # entry', other: 'Outbox, # entries' });
    return needsYou === 0 ? all : `${all}, ${plural(needsYou, { one: '# needs you', other: '# need you' })}`;
  },
  kept: (entries: number) => plural(entries, { one: '# entry, kept on this device', other: '# entries, kept on this device' }),
  empty: 'Everything is sent.',
  waitingSince: (time: string) => `Waiting for a connection since ${time}.`,
  broken: "The outbox can't be read. Do not close the app.",
  sendNow: 'Send now',
  exportJson: 'Export as JSON',
  groups: { 'needs-you': 'Needs you', sending: 'Sending', waiting: 'Waiting to send' },
  waiting: 'Waiting to send',
  waitingCount: (entries: number) => (entries === 1 ? 'Waiting to send' : `${count(entries)} waiting to send`),
  needsYou: 'Needs you',
  by: (time: string) => `by you, ${time}`,
  change: planned,
  field: fieldName,
  behind: (what: string) => `Goes after "${lowerFirst(what)}": same order.`,
  reason: {
    conflict: (name: string | null) => `${whoOf(name)} changed this too. Choose.`,
    conflictField: (name: string | null, fields: readonly string[]) => `${whoOf(name)} changed the ${fields.map(fieldName).join(' and the ')} too.`,
    tooOld: (time: string) => `This entry is from ${time}. Look at it before it goes out.`,
    refused: (detail: string) => `Refused: ${lowerFirst(detail)}`,
    refusedField: (field: string, expected: string) => `Refused: the ${fieldName(field)} has to be ${lowerFirst(expected)}.`,
    refusedPlain: 'The server refused this.',
    parked: 'Your session ended. Sign in again to send this.',
    otherPerson: 'Somebody else is signed in here. It goes out when you sign in again.',
    retrying: 'No answer yet. It is tried again by itself.',
  },
  choose: 'Choose',
  openOrder: 'Open order',
  edit: 'Edit',
  again: 'Try again',
  discard: 'Discard',
  discardAsk: (what: string) => `Discard "${lowerFirst(what)}"? It was never sent.`,
  discardAskTried: (what: string) => `Discard "${lowerFirst(what)}"? The server may have it already.`,
  keep: 'Keep',
  save: 'Save',
  cancel: 'Cancel',
  editLabel: (field: string) => `New ${fieldName(field)}`,
  unnamed: 'Another entry',
  changedMeanwhile: 'It was decided or sent meanwhile. Look again.',
  unread: (entries: number) =>
    plural(entries, { one: '# entry of a newer version waits for the update.', other: '# entries of a newer version wait for the update.' }),
  notSent: (needsYou: number) => (needsYou > 0 ? ` not sent, ${needsYou === 1 ? '1 needs you' : `${count(needsYou)} need you`}` : ' not sent'),
  failed: (detail: string) => `Not done: ${lowerFirst(detail)}`,

  accepted: (done: string) => `${done} Waiting to send.`,
  inMemory: (done: string) => `${done} Not saved on this device: leave this tab open until it is sent.`,
  sentAgain: (entries: number) => `Live again. ${plural(entries, { one: '# entry', other: '# entries' })} sent.`,
  sentSome: (sent: number, needsYou: number) =>
    `Live again. ${count(sent)} sent, ${needsYou === 1 ? '1 needs your choice' : `${count(needsYou)} need your choice`}.`,
  nowNeedsYou: (plate: string) => `${plate}: an entry needs you.`,
  see: 'See',
  full: 'This device is full. Your entry is not saved yet: make room, then do it again.',
  notSaved: (detail: string) => `Your entry is not saved: ${lowerFirst(detail)}`,

  conflict: {
    title: (fields: readonly string[]) => (fields.length === 1 ? `The ${fieldName(fields[0] ?? '')} was changed twice` : 'Changed twice'),
    lead: (name: string | null) =>
      `Yours waited on this device while ${name === null ? 'somebody else' : firstName(name)} made theirs. Nothing is lost: choose one.`,
    leadTooOld: (time: string) => `Yours is from ${time}. Look at it before it goes out.`,
    yours: (time: string) => `Yours, ${time}`,
    theirs: (name: string | null, time: string | null) => [name === null ? 'Theirs' : firstName(name), time].filter((part) => part !== null).join(', '),
    other: 'Other',
    otherLabel: (field: string) => `Other ${fieldName(field)}`,
    before: (value: string) => `Before: ${value}`,
    oneSided: 'Changed by one of you only',
    yoursKept: 'yours, kept',
    theirsKept: (name: string | null) => (name === null ? 'theirs, kept' : `${firstName(name)}'s, kept`),
    willSave: (parts: string) => `Will be saved: ${parts}`,
    later: 'Decide later',
    save: 'Save this',
    gone: 'This was deleted meanwhile. Yours can only be discarded.',
  },

  value: (field: string, value: unknown): string => {
    if (field === 'stage' && typeof value === 'string' && Object.hasOwn(STAGE_TEXT, value)) return STAGE_TEXT[value as Stage];
    if (value === null || value === undefined || value === '') return 'empty';
    if (typeof value === 'boolean') return value ? 'yes' : 'no';
    return typeof value === 'string' || typeof value === 'number' ? String(value) : JSON.stringify(value);
  },
} as const;
