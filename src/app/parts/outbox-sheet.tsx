// The outbox: every write that the server has not confirmed, in the order of what it asks of people. Loaded when it is first opened.
// A sheet at the right, on phones the whole screen.
import { CircleX, CloudUpload, Download, GitCompareArrows, LoaderCircle, Send } from 'lucide-react';
import { useEffect, useId, useRef, useState, type ReactNode } from 'react';
import { timeOfDay } from '../format.ts';
import { hrefOf } from '../routes.ts';
import type { OutboxGroup, OutboxItem } from '../outbox-items.ts';
import { words } from '../words.ts';
import { Dialog } from './dialog.tsx';
import { OutboxEdit } from './outbox-edit.tsx';

export interface OutboxSheetProps {
  readonly items: readonly OutboxItem[];
  /** Why nothing of it goes out now, as a sentence; null while it does. */
  readonly standing: string | null;
  /** Entries that this version can't read. */
  readonly unread: number;
  readonly isBroken: boolean;
  onClose(): void;
  onSendNow(): void;
  onExport(): void;
  readonly acts: OutboxActs;
}

/** What a person can do about one entry. Each settles when it is done; a failure is said in the row. */
export interface OutboxActs {
  choose(id: string): void;
  again(id: string): Promise<void>;
  discard(id: string): Promise<void>;
  edit(id: string, value: string): Promise<void>;
}

const GROUPS: readonly OutboxGroup[] = ['needs-you', 'sending', 'waiting'];

export function OutboxSheet({ items, standing, unread, isBroken, onClose, onSendNow, onExport, acts }: OutboxSheetProps) {
  const unsent = items.length;
  return (
    <Dialog
      title={words.outbox.title}
      look="sheet"
      {...noteOf(unsent, isBroken)}
      tools={
        <button type="button" className="button button-outline" onClick={onSendNow} disabled={unsent === 0}>
          <Send className="icon" aria-hidden="true" />
          {words.outbox.sendNow}
        </button>
      }
      onClose={onClose}
    >
      <div className="outbox">
        <div className="outbox-body">
          {isBroken && (
            <p className="outbox-note is-critical" role="alert">
              {words.outbox.broken}
            </p>
          )}
          {standing !== null && unsent > 0 && <p className="outbox-note">{standing}</p>}
          {unread > 0 && <p className="outbox-note">{words.outbox.unread(unread)}</p>}
          {GROUPS.map((group) => (
            <Group key={group} group={group} items={items.filter((item) => item.group === group)} acts={acts} onOpen={onClose} />
          ))}
        </div>
        <div className="outbox-foot">
          <button type="button" className="button button-quiet" onClick={onExport} disabled={unsent === 0 && !isBroken}>
            <Download className="icon" aria-hidden="true" />
            {words.outbox.exportJson}
          </button>
        </div>
      </div>
    </Dialog>
  );
}

/** Nothing is said to be sent where the outbox can't be read. */
function noteOf(unsent: number, isBroken: boolean): { readonly note?: string } {
  if (unsent > 0) return { note: words.outbox.kept(unsent) };
  return isBroken ? {} : { note: words.outbox.empty };
}

interface GroupProps {
  readonly group: OutboxGroup;
  readonly items: readonly OutboxItem[];
  readonly acts: OutboxActs;
  onOpen(): void;
}

function Group({ group, items, acts, onOpen }: GroupProps) {
  const titleId = useId();
  if (items.length === 0) return null;
  return (
    <section className={`outbox-group is-${group}`} aria-labelledby={titleId}>
      <h3 id={titleId} className="outbox-group-title">
        {words.outbox.groups[group]} <span className="outbox-count">{items.length}</span>
      </h3>
      <ul className="outbox-list">
        {items.map((item) => (
          <Row key={item.id} item={item} acts={acts} onOpen={onOpen} />
        ))}
      </ul>
    </section>
  );
}

type RowMode = 'rest' | 'discarding' | 'editing';

function Row({ item, acts, onOpen }: { readonly item: OutboxItem; readonly acts: OutboxActs; onOpen(): void }) {
  const [mode, setMode] = useState<RowMode>('rest');
  const [problem, setProblem] = useState<string | null>(null);
  const does = (act: Promise<void>) => {
    setProblem(null);
    setMode('rest');
    act.catch((error: unknown) => setProblem(words.outbox.failed(error instanceof Error ? error.message : String(error))));
  };
  return (
    <li className="outbox-row">
      <Mark item={item} />
      <div className="outbox-text">
        <p className="outbox-line">
          <span className="plate plate-s">{item.name}</span>
          <span className="outbox-when">{words.outbox.by(timeOfDay(item.atMs))}</span>
        </p>
        <p>{item.what}</p>
        {item.detail !== null && <p className="outbox-sub outbox-typed">{item.detail}</p>}
        {item.reason !== null && <p className={item.group === 'needs-you' ? 'outbox-reason' : 'outbox-sub'}>{item.reason}</p>}
        {problem !== null && (
          <p className="outbox-reason" role="alert">
            {problem}
          </p>
        )}
        {mode === 'rest' && <RowActions item={item} acts={acts} does={does} setMode={setMode} onOpen={onOpen} />}
        {mode === 'discarding' && <DiscardQuestion item={item} onKeep={() => setMode('rest')} onDiscard={() => does(acts.discard(item.id))} />}
        {mode === 'editing' && item.edit && <OutboxEdit edit={item.edit} onLeave={() => setMode('rest')} onSave={(value) => does(acts.edit(item.id, value))} />}
      </div>
    </li>
  );
}

interface RowActionsProps {
  readonly item: OutboxItem;
  readonly acts: OutboxActs;
  does(act: Promise<void>): void;
  setMode(mode: RowMode): void;
  onOpen(): void;
}

function RowActions({ item, acts, does, setMode, onOpen }: RowActionsProps) {
  const { can, orderId, id } = item;
  return (
    <div className="outbox-actions">
      {can.choose && (
        <button type="button" className="button button-primary" onClick={() => acts.choose(id)}>
          {words.outbox.choose}
        </button>
      )}
      {item.edit && (
        <button type="button" className="button button-primary" onClick={() => setMode('editing')}>
          {words.outbox.edit}
        </button>
      )}
      {can.again && (
        <button type="button" className="button button-outline" onClick={() => does(acts.again(id))}>
          {words.outbox.again}
        </button>
      )}
      {orderId !== null && (
        <a className="button button-outline" href={hrefOf({ place: 'order', id: orderId })} onClick={onOpen}>
          {words.outbox.openOrder}
        </a>
      )}
      {can.discard && (
        <button type="button" className="button button-critical" onClick={() => setMode('discarding')}>
          {words.outbox.discard}
        </button>
      )}
    </div>
  );
}

function DiscardQuestion({ item, onKeep, onDiscard }: { readonly item: OutboxItem; onKeep(): void; onDiscard(): void }) {
  const keep = useRef<HTMLButtonElement>(null);
  useEffect(() => keep.current?.focus(), []);
  return (
    <div className="outbox-question" role="group" aria-label={words.outbox.discard}>
      <p>{item.isTried ? words.outbox.discardAskTried(item.what) : words.outbox.discardAsk(item.what)}</p>
      <div className="outbox-actions">
        <button ref={keep} type="button" className="button button-outline" onClick={onKeep}>
          {words.outbox.keep}
        </button>
        <button type="button" className="button button-critical" onClick={onDiscard}>
          {words.outbox.discard}
        </button>
      </div>
    </div>
  );
}

function Mark({ item: { group, can } }: { readonly item: OutboxItem }): ReactNode {
  const Icon = group === 'sending' ? LoaderCircle : group === 'waiting' ? CloudUpload : can.choose ? GitCompareArrows : CircleX;
  return (
    <span className={`outbox-mark is-${group}`} aria-hidden="true">
      <Icon className="icon" />
    </span>
  );
}
