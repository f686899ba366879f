// The outbox as one page works with it: it appends, decides, reads the rows again whenever somebody says that they changed, lays what is
// pending over documents, and tells each write its fate. Needs no engine and no network.
import { conflictOf } from '../../core/conflict.ts';
import type { Entry, WriteRequest } from '../../core/entry.ts';
import { inOrder, overlayCollection, standing, type Overlaid, type OverlayView } from '../../core/overlay.ts';
import { isEnded } from '../../core/entry.ts';
import type { StoredDocument } from '../../core/document.ts';
import { asSyncError } from '../../core/sync-error.ts';
import type { VersionedDocument } from '../../protocol/http.ts';
import type { Clock, Random } from '../../platform/ports.ts';
import type { Outbox } from '../../outbox/contract.ts';
import type { Fate, Mutation, MutationHandle, OutboxDesk } from './mutation.ts';
import { fateOf } from './mutation-fate.ts';
import { createPageEffects } from './page-effects.ts';
import type { ConflictNow, Laid, Layer, OutboxSnapshot } from './pending.ts';
import type { WritableTopic } from '../topic.ts';

export interface PageOutboxDeps {
  /** Made with the given source of ids, so that a write is named before it is kept. */
  readonly open: (random: Random) => Outbox;
  /** This entry is in the page's memory alone. */
  readonly inMemory: (id: string) => boolean;
  /** What the page's documents are of, as they were last looked at. */
  readonly looked: (view: OverlayView) => void;
  readonly random: Random;
  readonly clock: Pick<Clock, 'after'>;
  readonly topic: WritableTopic<OutboxSnapshot>;
  /** The confirmed document of this device; null where there is none, or it can't be read. */
  readonly confirmed: (collection: string, id: string) => Promise<VersionedDocument | null>;
  /** The version that this page holds; -1 for none. */
  readonly version: (collection: string, id: string) => number;
  /** Documents of these collections have something else on top now. */
  readonly relaid: (collections: ReadonlySet<string>) => void;
  readonly sendNow: () => void;
  readonly note: (kind: 'P.write' | 'P.ack', fields: Readonly<Record<string, unknown>>) => void;
}

export interface PageOutbox extends Layer, OutboxDesk {
  mutate(mutation: Mutation): MutationHandle;
}

interface Kept {
  readonly base: StoredDocument | undefined;
  readonly mark: string;
  readonly laid: Laid;
}

/** What goes in the place of a dead entry which its lane has passed stands behind all others: it is a write of its own. */
function placeTaken({ supersedes, place }: Entry): { readonly supersedes?: string | null } {
  return place.endsWith('.0000') ? {} : { supersedes };
}

/** Of laid documents that keep their identity; more are made anew each time. */
const KEPT_DOCUMENTS = 10_000;

export function createPageOutbox(deps: PageOutboxDeps, signal: AbortSignal): PageOutbox {
  const { topic, random, note } = deps;
  let named: string | null = null;
  const effects = createPageEffects({ random, clock: deps.clock, relaid: deps.relaid }, signal);
  const outbox = deps.open({ ...random, id: () => takeName() });
  /** All rows, also those that are over: an acknowledged write is shown until its event is here. */
  let entries: readonly Entry[] = [];
  let stood: readonly Entry[] = [];
  const laid = new Map<string, Kept>();
  const waiting = new Map<string, (fate: Fate) => void>();
  let reading: Promise<void> | null = null;
  let isDue = false;
  /** Writes are kept in the order in which they were made, however long the look at their documents takes. */
  let last: Promise<unknown> = Promise.resolve();

  signal.addEventListener('abort', () => waiting.forEach((tell, id) => tell({ outcome: 'unknown', id })), { once: true });

  function takeName(): string {
    const name = named ?? random.id();
    named = null;
    return name;
  }

  /** One read at a time; whoever asks during one gets another after it. */
  function refresh(): Promise<void> {
    isDue = true;
    reading ??= readWhileDue().finally(() => (reading = null));
    return reading;
  }

  async function readWhileDue(): Promise<void> {
    while (isDue && !signal.aborted) {
      isDue = false;
      try {
        const { entries: rows, unread } = await outbox.list();
        if (!signal.aborted) take(rows, unread.length);
      } catch (error) {
        const known = asSyncError(error, 'store/failed', 'The outbox of this device could not be read.');
        topic.set({ ...topic.getSnapshot(), error: known, isLoading: false });
        throw known;
      }
    }
  }

  function take(rows: readonly Entry[], unread: number): void {
    const before = entries;
    const next = keepSame(before, inOrder(rows));
    entries = next;
    stood = standing(next);
    tellFates(before);
    const { unread: unreadBefore, error, isLoading } = topic.getSnapshot();
    if (next === before && unread === unreadBefore && !error && !isLoading) return;
    const waits = stood.filter((entry) => !isEnded(entry));
    const inMemory = waits.filter(({ id }) => deps.inMemory(id)).length;
    topic.set({ entries: waits, conflicts: conflictsIn(next), unread, inMemory, error: null, isLoading: false });
    deps.relaid(touched(before, next));
  }

  function tellFates(before: readonly Entry[]): void {
    if (before === entries) return;
    const known = new Map(before.map((entry) => [entry.id, entry]));
    for (const entry of entries) {
      const was = known.get(entry.id);
      if (!was && entry.supersedes !== null) note('P.write', { mutId: entry.id, ...placeTaken(entry), ...aboutOrder(entry) });
      if (was?.state !== entry.state) noteEnd(entry);
    }
    for (const [id, tell] of waiting) {
      const fate = fateOf(id, entries, known.has(id));
      if (fate) tell(fate);
    }
  }

  function noteEnd({ id, state, answer }: Entry): void {
    const outcome = { acked: 'applied', conflict: 'conflict', dead: 'rejected', parked: 'parked', discarded: answer?.current ? 'conflict' : 'discarded' }[
      state as string
    ];
    if (outcome) note('P.ack', { mutId: id, outcome });
  }

  function mutate(mutation: Mutation): MutationHandle {
    const id = random.id();
    const { promise: settled, resolve } = Promise.withResolvers<Fate>();
    note('P.write', { mutId: id, ...aboutOrder(mutation) });
    const accepted = last.then(() => append(id, mutation));
    last = accepted.catch(() => {});
    waiting.set(id, (fate) => {
      waiting.delete(id);
      resolve(fate);
    });
    accepted.catch((error: unknown) => {
      note('P.ack', { mutId: id, outcome: 'failed' });
      const known = asSyncError(error, 'store/failed', 'The change could not be kept on this device.');
      waiting.get(id)?.({ outcome: 'rejected', id, error: known });
    });
    return { accepted, settled };
  }

  async function append(id: string, { isUnconditional, ...request }: Mutation) {
    const original = request.original ?? (isUnconditional ? undefined : await originalOf(request));
    named = id;
    const accepted = await outbox.append(original ? { ...request, original } : request);
    note('P.ack', { mutId: id, outcome: 'accepted', durable: accepted.durable });
    // On the screen when the call resolves; where the rows can't be read now, the write is kept all the same.
    await refresh().catch(() => {});
    return accepted;
  }

  async function originalOf({ effect }: WriteRequest): Promise<WriteRequest['original']> {
    if (!effect || ('doc' in effect && effect.doc !== null)) return undefined;
    const known = await deps.confirmed(effect.collection, effect.docId);
    return known ? { version: known.version, doc: known.doc } : undefined;
  }

  function over(...[collection, find, place, seen]: Parameters<Layer['over']>): ReturnType<Layer['over']> {
    const all = effects.entries().length > 0 ? [...stood, ...effects.entries()] : stood;
    if (all.length === 0) return new Map();
    const view = { ...place, hasSeen: (id: string) => seen.has(id) };
    deps.looked(view);
    const now = overlayCollection(collection, find, all, view);
    return new Map([...now].map(([id, one]) => [id, keepLaid(`${collection}/${id}`, find(id), one)]));
  }

  /** A document on which the same things lie is the same document: rows that show it aren't drawn again. */
  function keepLaid(key: string, base: StoredDocument | undefined, made: Overlaid): Laid {
    const mark = made.pending.join(' ');
    const known = laid.get(key);
    if (known && known.base === base && known.mark === mark) return known.laid;
    if (laid.size >= KEPT_DOCUMENTS) laid.clear();
    laid.set(key, { base, mark, laid: made });
    return made;
  }

  async function decide<T>(act: Promise<T>): Promise<T> {
    const done = await act;
    await refresh().catch(() => {});
    return done;
  }

  return {
    over,
    refresh,
    mutate,
    show: (effect) => effects.show(effect, deps.version(effect.collection, effect.docId)),
    retry: (id) => decide(outbox.retry(id)),
    edit: (id, change) => decide(outbox.edit(id, change)),
    discard: (id) => decide(outbox.discard(id)),
    async takeBack(id) {
      const attempts = (): number => entries.find((entry) => entry.id === id)?.attempt ?? 1;
      if (attempts() > 0) return false;
      const isDiscarded = await decide(outbox.discard(id));
      // A drain may have begun with it in between: what it sent is not taken back by this.
      return isDiscarded && attempts() === 0;
    },
    async resolve(id, choice) {
      const effect = entries.find((entry) => entry.id === id)?.effect;
      const current = effect ? await deps.confirmed(effect.collection, effect.docId) : null;
      return decide(outbox.resolve(id, choice, current));
    },
    exportJson: outbox.exportJson,
    sendNow: deps.sendNow,
  };
}

function aboutOrder({ effect }: Pick<WriteRequest, 'effect'>): { readonly collection: string | null; readonly orderID: string | null } {
  return { collection: effect?.collection ?? null, orderID: effect?.collection === 'orders' ? effect.docId : null };
}

/** Entries that say the same keep their identity; all of them the same = the list is the same. */
function keepSame(before: readonly Entry[], rows: readonly Entry[]): readonly Entry[] {
  const known = new Map(before.map((entry) => [entry.id, entry]));
  const next = rows.map((row) => {
    const was = known.get(row.id);
    return was && was.state === row.state && was.attempt === row.attempt && was.answer?.at === row.answer?.at && was.place === row.place ? was : row;
  });
  return next.length === before.length && next.every((entry, index) => entry === before[index]) ? before : next;
}

/** Collections on which something changed between the two. */
function touched(before: readonly Entry[], after: readonly Entry[]): ReadonlySet<string> {
  const [old, now] = [new Set(before), new Set(after)];
  const changed = [...before.filter((entry) => !now.has(entry)), ...after.filter((entry) => !old.has(entry))];
  return new Set(changed.flatMap(({ effect, also = [] }) => [...(effect ? [effect] : []), ...also].map(({ collection }) => collection)));
}

/** All rows are asked, also those that are over: the person's own earlier writes don't count as another's. */
function conflictsIn(entries: readonly Entry[]): readonly ConflictNow[] {
  return entries.flatMap((entry) => {
    const conflict = conflictOf(entry, entries);
    return conflict ? [{ ...conflict, entry }] : [];
  });
}
