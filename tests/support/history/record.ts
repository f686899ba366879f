// The records of a history, as the oracle lists them, and their decoder: a judge that guesses at a malformed tape judges nothing.
// Fields beyond those of the table are kept; a kind that is not in it is refused, because a misspelt one would be evidence lost.

export interface HistoryRecord {
  readonly k: string;
  readonly t: number;
  readonly [field: string]: unknown;
}

export interface Place {
  readonly epoch: string;
  readonly seq: number;
}

/** What is wrong with a tape, and where. */
export class HistoryError extends Error {
  override readonly name = 'HistoryError';
  /** Index in the history, -1 where it is no record's fault. */
  readonly record: number;
  readonly field: string;
  constructor(record: number, field: string, expected: string) {
    super(`${record < 0 ? 'The history' : `Record ${record}`}: ${field} should be ${expected}`);
    this.record = record;
    this.field = field;
  }
}

/** What a field may hold. `?` at its end: may be absent. `list`: texts. `seqs`: integers. */
type FieldKind = 'text' | 'int' | 'number' | 'place' | 'texts' | 'seqs' | 'filter' | 'anything' | 'outcome' | 'position';
type Fields = Readonly<Record<string, FieldKind | `${FieldKind}?` | `${FieldKind}|null` | `${FieldKind}|null?`>>;

const TAB: Fields = { tab: 'text', inc: 'int' };
const SEQ: Fields = { tenant: 'text', epoch: 'text', seq: 'int' };

/** Kinds below the line of the oracle's own are additions: a tape without them is complete. */
const KINDS: Readonly<Record<string, Fields>> = {
  'S.epoch': { tenant: 'text', epoch: 'text' },
  'S.event': { ...SEQ, orderID: 'text|null?', version: 'number|null?', hash: 'text|null?', type: 'text|null?', mutId: 'text|null?', users: 'texts?' },
  'S.apply': { tenant: 'text', user: 'text', mutId: 'text', orderID: 'text|null?', outcome: 'outcome', version: 'number|null?' },
  'S.oldest': SEQ,
  'P.start': { ...TAB, tenant: 'text', user: 'text', filter: 'filter|null?', device: 'text?' },
  'P.base': { ...TAB, ...SEQ, why: 'text?' },
  'P.deliver': { ...TAB, ...SEQ, orderID: 'text|null?', version: 'number|null?', hash: 'text|null?' },
  'P.reject': { ...TAB, ...SEQ, reason: 'text?' },
  'P.read': { ...TAB, orderID: 'text', version: 'number|null', hash: 'text|null?', pending: 'texts?', tenant: 'text?' },
  'P.write': { ...TAB, tenant: 'text', user: 'text', mutId: 'text', orderID: 'text|null?', supersedes: 'text|null?' },
  'P.ack': { ...TAB, mutId: 'text', outcome: 'text' },
  'P.effect': { ...TAB, kind: 'text', seq: 'int' },
  'P.health': { ...TAB, state: 'text' },
  'P.error': { ...TAB, message: 'text?' },
  'P.stop': { ...TAB, how: 'text' },
  'D.snap': { tenant: 'text', user: 'text', cursor: 'place|null', base: 'place|null?', events: 'seqs', outbox: 'texts?', expired: 'seqs?' },
  'W.open': { conn: 'anything', device: 'text', tenant: 'text?', path: 'text?', lastEventId: 'position|null?' },
  'W.event': { conn: 'anything', seq: 'int', epoch: 'text' },
  'W.close': { conn: 'anything', how: 'text?' },
  'W.req': { device: 'text', method: 'text?', path: 'text', status: 'number?', retryAfter: 'anything?' },
  'N.start': { fault: 'text?', id: 'anything?', args: 'anything?' },
  'N.end': { fault: 'text?', id: 'anything?', args: 'anything?' },
  'H.leader': { device: 'text', id: 'anything', term: 'number' },
  'H.write': { device: 'text', term: 'number' },

  // Additions.
  'S.doc': { tenant: 'text', orderID: 'text', version: 'number|null', hash: 'text|null?' },
  'P.skipped': { ...TAB, from: 'int', to: 'int' },
  'P.inert': { ...TAB, protoKeys: 'texts', canary: 'anything?' },
  'P.handlerError': { ...TAB, message: 'text?' },
  'W.bytes': { conn: 'anything' },
  'W.batch': { device: 'text', tenant: 'text?', epoch: 'text', seq: 'int' },
};

const CHECKS: Readonly<Record<FieldKind, (value: unknown) => boolean>> = {
  text: (value) => typeof value === 'string' && value !== '',
  int: (value) => Number.isSafeInteger(value),
  number: (value) => typeof value === 'number' && Number.isFinite(value),
  place: (value) => isObject(value) && CHECKS.text(value['epoch']) && CHECKS.int(value['seq']),
  texts: (value) => Array.isArray(value) && value.every((one) => typeof one === 'string'),
  seqs: (value) => Array.isArray(value) && value.every(CHECKS.int),
  filter: (value) => isObject(value) && ['orderIDs', 'types'].every((name) => value[name] === undefined || value[name] === null || CHECKS.texts(value[name])),
  anything: (value) => value !== null,
  outcome: (value) => ['applied', 'rejected', 'conflict', 'duplicate'].includes(String(value)),
  position: (value) => typeof value === 'string' || CHECKS.int(value) || CHECKS.place(value) || isPair(value),
};

const WORDS: Readonly<Record<FieldKind, string>> = {
  text: 'a text',
  int: 'a whole number',
  number: 'a number',
  place: '{epoch, seq}',
  texts: 'a list of texts',
  seqs: 'a list of whole numbers',
  filter: '{orderIDs?, types?} with lists of texts',
  anything: 'there',
  outcome: 'applied, rejected, conflict or duplicate',
  position: 'a text, a whole number or {epoch, seq}',
};

/** The history in order of time; of one moment, in order of arrival. Throws a HistoryError at the first record that can't be believed. */
export function decodeHistory(history: unknown): HistoryRecord[] {
  if (!Array.isArray(history)) throw new HistoryError(-1, 'history', 'a list of records');
  const records = history.map(decodeRecord);
  return records.toSorted((a, b) => a.t - b.t);
}

function decodeRecord(value: unknown, index: number): HistoryRecord {
  if (!isObject(value)) throw new HistoryError(index, 'record', 'an object');
  const { k, t } = value;
  const fields = typeof k === 'string' && Object.hasOwn(KINDS, k) ? KINDS[k] : undefined;
  if (typeof k !== 'string' || !fields) throw new HistoryError(index, 'k', `one of ${Object.keys(KINDS).join(', ')}`);
  if (!CHECKS.number(t)) throw new HistoryError(index, 't', 'a number of milliseconds');
  for (const [name, kind] of Object.entries(fields)) checkField(value[name], { index, name: `${k} ${name}`, kind });
  if (k.startsWith('N.') && typeof value['fault'] !== 'string' && typeof value['id'] !== 'string') throw new HistoryError(index, `${k} fault`, 'a text');
  return value as HistoryRecord;
}

/** A place as [epoch, seq]. */
function isPair(value: unknown): value is readonly [string, number] {
  return Array.isArray(value) && value.length === 2 && CHECKS.text(value[0]) && CHECKS.int(value[1]);
}

function checkField(value: unknown, { index, name, kind }: { readonly index: number; readonly name: string; readonly kind: string }): void {
  const mayMiss = kind.endsWith('?');
  const mayBeNull = kind.includes('|null');
  if ((value === undefined && mayMiss) || (value === null && (mayBeNull || mayMiss))) return;
  const plain = kind.replace('?', '').replace('|null', '') as FieldKind;
  if (value === undefined || !CHECKS[plain](value)) throw new HistoryError(index, name, `${WORDS[plain]}${mayBeNull ? ' or null' : ''}`);
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * A position as a last event id tells it: the adapter's own form, or ours (`epoch_seq_check`). Null when it can't be read: it is then
 * judged by nobody. A bare number counts in the epoch that `present` names.
 */
export function placeOf(id: unknown, present: string | null): Place | null {
  if (isObject(id)) return { epoch: String(id['epoch']), seq: Number(id['seq']) };
  if (isPair(id)) return { epoch: id[0], seq: id[1] };
  const text = typeof id === 'string' || typeof id === 'number' ? String(id) : '';
  if (/^\d+$/.test(text)) return present === null ? null : { epoch: present, seq: Number(text) };
  const ours = /^([A-Za-z0-9-]+)_(\d+)_[0-9a-z]+$/i.exec(text) ?? /^(.+)[_:/@#|,.-](\d+)$/.exec(text);
  return ours ? { epoch: ours[1] ?? '', seq: Number(ours[2]) } : null;
}
