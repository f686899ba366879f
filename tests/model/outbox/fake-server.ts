// The server of the write model: versions, keys with their answers, one session, a log. It keeps what every request came to, for the rules to judge.
import { formatCursor } from '../../../src/protocol/cursor.ts';
import type { Json, JsonObject } from '../../../src/protocol/json.ts';
import { NOTHING_SAID, type Entry, type Original, type WriteAnswer } from '../../../src/core/entry.ts';

export interface SentWrite {
  readonly id: string;
  readonly attempt: number;
  /** Whose it says it is; null = it doesn't say. */
  readonly user: string | null;
  readonly ifMatch: number | null;
  readonly entry: Entry;
}

export interface Applied {
  readonly id: string;
  readonly user: string;
  readonly orderId: string;
  readonly outcome: 'applied' | 'rejected' | 'conflict' | 'duplicate';
  readonly version: number | null;
  /** Documents that it changed on the side, and the version that each then had. */
  readonly aside: readonly LoggedChange[];
  /** A conflict with nothing but this user's own writes. */
  readonly isOwnConflict: boolean;
  /** It replaced what somebody else had written since its user looked. */
  readonly isLostUpdate: boolean;
}

export interface LoggedEvent {
  readonly seq: number;
  readonly mutationId: string | null;
  /** The write's own document first, then those that it changed on the side. */
  readonly changes: readonly LoggedChange[];
}

export interface LoggedChange {
  readonly orderId: string;
  readonly version: number;
  readonly patch: JsonObject;
}

interface Stored {
  version: number;
  doc: JsonObject;
  /** Who made each version; index = version. */
  readonly authors: string[];
}

export const ORDERS = ['o1', 'o2'] as const;
const SILENT: WriteAnswer = { ...NOTHING_SAID, code: 'net/offline', retryAfterMs: null };

export function silence(): WriteAnswer {
  return SILENT;
}

export function createFakeServer() {
  const docs = new Map<string, Stored>(ORDERS.map((id) => [id, { version: 1, doc: { a: 0, b: 0 }, authors: ['', 'seed'] }]));
  const kept = new Map<string, { readonly answer: WriteAnswer; readonly hour: number }>();
  let hour = 0;
  const tape: Applied[] = [];
  /** Fields that somebody else wrote last, and at which version. */
  const fieldBy = new Map<string, number>();
  const own = new Map<string, Json>();
  let log: LoggedEvent[] = [];
  let epoch = 1;
  let seq = 0;
  let session: string | null = 'u1';
  let trouble: number | null = null;

  const cursor = (): string => formatCursor(`e${epoch}`, seq, '00000000');
  const answer = (status: number, rest: Partial<WriteAnswer> = {}): WriteAnswer => ({ ...SILENT, code: null, status, ...rest });

  function change(orderId: string, patch: JsonObject, by: { readonly user: string }): LoggedChange {
    const stored = docs.get(orderId) ?? { version: 0, doc: {}, authors: [''] };
    // A user's write makes the field his also where it names the value that another had put there: he meant it, and what he writes over it later is his own.
    const meant = Object.keys(patch).filter((field) => by.user !== 'other' || stored.doc[field] !== patch[field]);
    stored.version += 1;
    stored.doc = { ...stored.doc, ...patch };
    stored.authors.push(by.user);
    docs.set(orderId, stored);
    for (const field of meant) noteField(`${orderId}/${field}`, by.user, { version: stored.version, value: patch[field] ?? null });
    return { orderId, version: stored.version, patch };
  }

  function record(mutationId: string | null, changes: readonly LoggedChange[]): void {
    seq += 1;
    log.push({ seq, mutationId, changes });
  }

  /** Another's change that brings back what the user had written himself replaces nothing. */
  function noteField(field: string, user: string, { version, value }: { readonly version: number; readonly value: Json }): void {
    if (user !== 'other') own.set(field, value);
    if (user === 'other' && own.get(field) !== value) fieldBy.set(field, version);
    else fieldBy.delete(field);
  }

  function handle({ id, user, ifMatch, entry }: SentWrite): WriteAnswer {
    if (session === null) return answer(401, { code: 'auth/expired' });
    if (user !== null && user !== session) return answer(403, { code: 'identity/mismatch' });
    if (trouble !== null) return answer(trouble, { code: trouble === 409 ? 'write/in-flight' : null });
    const known = kept.get(`${session}/${id}`);
    const orderId = entry.effect?.docId ?? '';
    if (known) {
      tape.push({ id, user: session, orderId, outcome: 'duplicate', version: null, aside: [], isOwnConflict: false, isLostUpdate: false });
      return known.answer;
    }
    const made = perform({ session, id, orderId, ifMatch }, entry);
    kept.set(`${session}/${id}`, { answer: made, hour });
    return made;
  }

  function perform(
    write: { session: string; id: string; orderId: string; ifMatch: number | null },
    { effect, also = [], body, original, policy }: Entry,
  ): WriteAnswer {
    const { orderId, ifMatch, id } = write;
    const say = (
      outcome: Applied['outcome'],
      version: number | null,
      { isOwnConflict = false, isLostUpdate = false, aside = [] as readonly LoggedChange[] } = {},
    ) => tape.push({ id, user: write.session, orderId, outcome, version, aside, isOwnConflict, isLostUpdate });
    const stored = docs.get(orderId);
    const isCreate = effect !== undefined && 'doc' in effect;
    if (body === 'bad' || (isCreate ? stored : !stored) || also.some((one) => 'doc' in one === docs.has(one.docId))) {
      say('rejected', null);
      return answer(422, { code: 'write/rejected', field: 'a' });
    }
    if (stored && ifMatch !== null && ifMatch !== stored.version) {
      const since = stored.authors.slice(ifMatch + 1);
      say('conflict', stored.version, { isOwnConflict: since.every((author) => author === write.session) });
      return answer(412, { code: 'write/stale', current: { collection: 'orders', id: orderId, version: stored.version, doc: stored.doc } });
    }
    const patch = effect && 'patch' in effect ? effect.patch : (effect?.doc ?? {});
    const overwrites = (field: string) => fieldBy.get(`${orderId}/${field}`);
    const isReplaced = (field: string, saw: Original) =>
      (overwrites(field) ?? 0) > saw.version && stored?.doc[field] !== patch[field] && stored?.doc[field] !== saw.doc[field];
    const isLostUpdate = Object.keys(patch).some((field) => original && isReplaced(field, original));
    // A write that demands nothing may lie over another's, so that the next one has to look.
    const isBlind = ifMatch === null && stored !== undefined;
    const own = change(orderId, patch, { user: isBlind ? `${write.session}, blindly` : write.session });
    const aside = also.map((one) => change(one.docId, 'patch' in one ? one.patch : (one.doc ?? {}), { user: `${write.session}, aside` }));
    record(id, [own, ...aside]);
    const { version } = own;
    say('applied', version, { aside, isLostUpdate: isLostUpdate && policy !== 'optimistic' });
    return answer(200, { ackVersion: version, ackCursor: cursor() });
  }

  return {
    handle,
    tape,
    docs,
    cursor,
    epoch: () => epoch,
    eventsAfter: (after: number) => log.filter((event) => event.seq > after),
    edit: (orderId: string, patch: JsonObject) => void (docs.has(orderId) && record(null, [change(orderId, patch, { user: 'other' })])),
    /** True where everything after that version was made by this user, also on the side. Blind writes don't count: they may lie over another's. */
    isAllOwn: (orderId: string, user: string, after: number) =>
      (docs.get(orderId)?.authors ?? []).slice(after + 1).every((author) => author === user || author === `${user}, aside`),
    session: (user: string | null) => void (session = user),
    signedIn: () => session,
    trouble: (status: number | null) => void (trouble = status),
    /** Answers are kept for a day. */
    wait(hours: number) {
      hour += hours;
      for (const [key, row] of kept) if (hour - row.hour >= 24) kept.delete(key);
    },
    /** The log is gone, the documents are not: what clients count from means nothing any more. */
    newEpoch() {
      epoch += 1;
      seq = 0;
      log = [];
    },
  };
}

export type FakeServer = ReturnType<typeof createFakeServer>;
