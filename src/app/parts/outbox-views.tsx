// The outbox sheet and the conflict dialog, joined with what is in the outbox and what can be decided. Loaded when one is first opened.
import { useMemo } from 'react';
import type { Entry, OutboxHook } from '@/lib/sync';
import type { BoardDocuments } from '../../domain/board.ts';
import { isObject, type JsonObject } from '../../protocol/json.ts';
import { timeOfDay } from '../format.ts';
import { conflictFacts, outboxItems } from '../outbox-items.ts';
import type { Standing } from '../standing.ts';
import { words } from '../words.ts';
import { ConflictDialog, type Chosen, type ConflictFacts } from './conflict-dialog.tsx';
import type { OpenedProps } from './outbox-host.tsx';
import { OutboxSheet, type OutboxActs } from './outbox-sheet.tsx';
import '../styles/outbox.css';

export interface OutboxViewsProps extends OpenedProps {
  readonly outbox: OutboxHook;
  readonly documents: BoardDocuments;
  readonly standing: Standing;
}

export function OutboxViews({ opened, outbox, documents, standing, onChoose, onCloseSheet, onCloseChoice }: OutboxViewsProps) {
  const { entries, conflicts, error, retry, discard, edit } = outbox;
  const items = useMemo(() => outboxItems(entries, { conflicts, documents }), [entries, conflicts, documents]);
  const conflict = conflicts.find(({ entry }) => entry.id === opened.entryId);
  const chosen = conflict?.entry;
  const facts = useMemo(() => (conflict ? conflictFacts(conflict, documents) : null), [conflict, documents]);
  const acts: OutboxActs = {
    choose: onChoose,
    again: async (id) => done(await retry(id)),
    discard: async (id) => done(await discard(id)),
    async edit(id, value) {
      const entry = entries.find((one) => one.id === id);
      const field = items.find((one) => one.id === id)?.edit?.field;
      if (entry && field) done(await edit(id, withText(entry, field, value)));
    },
  };
  const since = standing.kind === 'last-known' && standing.atMs !== null ? words.outbox.waitingSince(timeOfDay(standing.atMs)) : null;
  return (
    <>
      {opened.isSheet && (
        <OutboxSheet
          items={items}
          standing={since}
          unread={outbox.unread}
          isBroken={error !== null}
          acts={acts}
          onClose={onCloseSheet}
          onSendNow={outbox.sendNow}
          onExport={() => void exportFile(outbox)}
        />
      )}
      {chosen && facts && (
        <ConflictDialog
          key={chosen.id}
          facts={facts}
          onLater={onCloseChoice}
          onDiscard={async () => {
            done(await discard(chosen.id));
            onCloseChoice();
          }}
          onSave={async (values) => {
            await save(outbox, chosen, { facts, values });
            onCloseChoice();
          }}
        />
      )}
    </>
  );
}

/** What somebody else or the drain did in the meantime is no failure: the list shows it. */
function done(answer: unknown): void {
  if (answer === null || answer === false) throw new Error(words.outbox.changedMeanwhile);
}

async function save({ edit, resolve }: OutboxHook, entry: Entry, { facts, values }: { readonly facts: ConflictFacts; readonly values: Chosen }): Promise<void> {
  const others = facts.both.filter(({ name, mine, theirs }) => values[name] !== mine && values[name] !== theirs).map(({ name }) => name);
  if (others.length > 0) return done(await edit(entry.id, othersOf(entry, facts, { values, others })));
  const mine = facts.both.filter((field) => values[field.name] === field.mine).map(({ name }) => name);
  const kept = [...facts.oneSided.filter(({ whose }) => whose === 'mine').map(({ name }) => name), ...mine];
  const choice = mine.length === facts.both.length ? 'mine' : kept.length === 0 ? 'theirs' : { fields: kept };
  const { did } = await resolve(entry.id, choice);
  if (did === 'ask') throw new Error(words.outbox.changedMeanwhile);
}

/** Something third was typed: the request with it, on the document as the server has it. */
function othersOf(
  entry: Entry,
  { both }: ConflictFacts,
  { values, others }: { readonly values: Chosen; readonly others: readonly string[] },
): Parameters<OutboxHook['edit']>[1] {
  const theirs = entry.answer?.current;
  const left = both.filter((field) => values[field.name] === field.theirs && !others.includes(field.name)).map(({ name }) => name);
  const texts = Object.fromEntries(others.map((name) => [name, values[name]]));
  const changed = changedRequest(entry, texts as JsonObject, left);
  return { ...changed, ...(theirs ? { original: { version: theirs.version, doc: theirs.doc } } : {}) };
}

function withText(entry: Entry, field: string, value: string): Parameters<OutboxHook['edit']>[1] {
  return changedRequest(entry, { [field]: value }, []);
}

/** Body and effect with these fields, and without those. */
function changedRequest({ body, effect }: Entry, fields: JsonObject, without: readonly string[]): Parameters<OutboxHook['edit']>[1] {
  const change = (from: JsonObject): JsonObject => ({ ...Object.fromEntries(Object.entries(from).filter(([name]) => !without.includes(name))), ...fields });
  return {
    ...(isObject(body) ? { body: change(body) } : {}),
    ...(effect && 'patch' in effect ? { effect: { ...effect, patch: change(effect.patch) } } : {}),
  };
}

/** A file on the device: what a person can hand to somebody when nothing else works. */
async function exportFile({ exportJson }: OutboxHook): Promise<void> {
  const url = URL.createObjectURL(new Blob([await exportJson()], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = 'outbox.json';
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
