// How one page follows the log: frames are hints, the disk is the truth. A frame that continues my position is applied;
// anything else makes me read the log from my position. The step is pure; createReplica performs its commands.
import { parseCursor } from '../../protocol/cursor.ts';
import type { SyncEvent } from '../../protocol/event.ts';
import type { Frame } from '../../protocol/frame.ts';
import type { LogPage, LogReader, Position } from '../../store/contract.ts';
import type { Clock, Log } from '../../platform/ports.ts';

/** The part of a frame that decides. */
export type FrameHead = Pick<Frame, 'run' | 'prev' | 'through' | 'events'>;

export type Replica =
  /** Knows no position yet, or a read is under way; frames heard meanwhile wait, in order. */
  | { readonly at: 'reading'; readonly position: Position | null; readonly waiting: readonly FrameHead[]; readonly again: boolean }
  | { readonly at: 'following'; readonly position: Position };

export type ReplicaInput =
  | { readonly type: 'frame'; readonly frame: FrameHead }
  | { readonly type: 'page'; readonly page: LogPage }
  | { readonly type: 'read-failed' }
  /** The page thawed, became visible, or sees a new engine: look at the disk. */
  | { readonly type: 'wake' };

export type ReplicaCommand =
  | { readonly do: 'read'; readonly from: Position | null }
  | { readonly do: 'read-later'; readonly from: Position | null }
  /** These follow my last position, in order. */
  | { readonly do: 'deliver'; readonly events: readonly SyncEvent[]; readonly through: Position; readonly source: 'bus' | 'disk' }
  /** What the page holds is void: reload documents and history; from here on events are delivered after `through`. */
  | { readonly do: 'reset'; readonly through: Position; readonly why: 'start' | 'another-run'; readonly page: LogPage }
  | { readonly do: 'skipped'; readonly from: number; readonly to: number };

export type ReplicaStep = readonly [Replica, readonly ReplicaCommand[]];

/** Frames that may wait for a read to end; more are dropped and read from disk instead. */
const WAITING_FRAMES = 64;

export function startReplica(): ReplicaStep {
  return [{ at: 'reading', position: null, waiting: [], again: false }, [{ do: 'read', from: null }]];
}

export function stepReplica(state: Replica, input: ReplicaInput): ReplicaStep {
  switch (input.type) {
    case 'frame':
      return state.at === 'following' ? follow(state.position, input.frame) : [keepFrame(state, input.frame), []];
    case 'page':
      return state.at === 'reading' ? takePage(state, input.page) : [state, []];
    case 'read-failed':
      return state.at === 'reading' ? [state, [{ do: 'read-later', from: state.position }]] : [state, []];
    case 'wake':
      return state.at === 'following' ? read(state.position) : [{ ...state, again: true }, []];
  }
}

function follow(position: Position, frame: FrameHead): ReplicaStep {
  if (frame.run !== position.run || frame.prev > position.seq) return read(position);
  const through = { run: position.run, seq: Math.max(position.seq, frame.through) };
  if (through.seq === position.seq) return [{ at: 'following', position }, []];
  const events = frame.events.filter((event) => seqOf(event) > position.seq);
  return [{ at: 'following', position: through }, [{ do: 'deliver', events, through, source: 'bus' }]];
}

function read(from: Position): ReplicaStep {
  return [{ at: 'reading', position: from, waiting: [], again: false }, [{ do: 'read', from }]];
}

function keepFrame(state: Extract<Replica, { at: 'reading' }>, frame: FrameHead): Replica {
  if (state.waiting.length < WAITING_FRAMES) return { ...state, waiting: [...state.waiting, frame] };
  return { ...state, waiting: [], again: true };
}

function takePage(state: Extract<Replica, { at: 'reading' }>, page: LogPage): ReplicaStep {
  const commands = pageCommands(state.position, page);
  const position = page.through;
  if (page.hasMore || state.again) {
    return [{ ...state, position, again: false }, [...commands, { do: 'read', from: position }]];
  }
  return catchUp(position, state.waiting, commands);
}

function pageCommands(position: Position | null, page: LogPage): ReplicaCommand[] {
  if (page.reset) return [{ do: 'reset', through: page.through, why: position ? 'another-run' : 'start', page }];
  const skipped: ReplicaCommand[] = page.skipped ? [{ do: 'skipped', ...page.skipped }] : [];
  if (page.through.seq === position?.seq) return skipped;
  return [...skipped, { do: 'deliver', events: page.events, through: page.through, source: 'disk' }];
}

/** Frames heard while reading are applied as if they came now. The first that doesn't follow means one more read, and that finds the rest on disk. */
function catchUp(start: Position, waiting: readonly FrameHead[], before: readonly ReplicaCommand[]): ReplicaStep {
  const commands = [...before];
  let state: Replica = { at: 'following', position: start };
  for (const frame of waiting) {
    const [next, more]: ReplicaStep = stepReplica(state, { type: 'frame', frame });
    commands.push(...more);
    state = next;
    if (state.at === 'reading') break;
  }
  return [state, commands];
}

function seqOf(event: SyncEvent): number {
  return parseCursor(event.id)?.seq ?? 0;
}

export interface ReplicaListener {
  deliver(events: readonly SyncEvent[], through: Position, source: 'bus' | 'disk'): void;
  reset(page: LogPage, why: 'start' | 'another-run'): void;
  skipped(from: number, to: number): void;
}

export interface FollowedLog {
  /** Null until the first read has come back. */
  position(): Position | null;
  frame(frame: FrameHead): void;
  wake(): void;
}

/** Reads again after this long when the disk didn't answer. */
const READ_RETRY_MS = 500;

/** Follows the log until `signal` aborts. The listener is called in log order and never for an older run. */
export function createReplica(
  { reader, clock, log }: { reader: LogReader; clock: Clock; log: Log },
  listener: ReplicaListener,
  signal: AbortSignal,
): FollowedLog {
  const [start, first] = startReplica();
  let state = start;

  function input(next: ReplicaInput): void {
    if (signal.aborted) return;
    const [after, commands] = stepReplica(state, next);
    state = after;
    commands.forEach(perform);
  }

  function perform(command: ReplicaCommand): void {
    switch (command.do) {
      case 'read':
        void readFrom(command.from);
        return;
      case 'read-later':
        clock.after(READ_RETRY_MS, () => void readFrom(command.from));
        return;
      case 'deliver':
        listener.deliver(command.events, command.through, command.source);
        return;
      case 'reset':
        listener.reset(command.page, command.why);
        return;
      case 'skipped':
        listener.skipped(command.from, command.to);
    }
  }

  async function readFrom(from: Position | null): Promise<void> {
    if (signal.aborted) return;
    try {
      const page = await reader.read(from);
      input({ type: 'page', page });
    } catch (error) {
      log.info('The log could not be read; trying again', { error: String(error) });
      input({ type: 'read-failed' });
    }
  }

  first.forEach(perform);
  return {
    position: () => state.position,
    frame: (frame) => input({ type: 'frame', frame }),
    wake: () => input({ type: 'wake' }),
  };
}
