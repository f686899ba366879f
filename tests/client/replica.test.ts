import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  createReplica,
  startReplica,
  stepReplica,
  type FrameHead,
  type Replica,
  type ReplicaCommand,
  type ReplicaInput,
} from '../../src/client/documents/replica.ts';
import type { LogPage, LogReader, Position } from '../../src/store/contract.ts';
import { eventAt, metaAt } from '../support/sample-events.ts';
import { createVirtualClock } from '../support/virtual-clock.ts';

const range = (from: number, to: number): number[] => Array.from({ length: Math.max(0, to - from) }, (_, index) => from + 1 + index);

/** A frame that continues `prev` and holds every event up to `through`. */
const frame = (prev: number, through: number, run = 'r1'): FrameHead => ({ run, prev, through, events: range(prev, through).map((seq) => eventAt(seq)) });
const pageOf = (run: string, from: number, to: number, extra: Partial<LogPage> = {}): LogPage => ({
  meta: metaAt(to, { run }),
  events: range(from, to).map((seq) => eventAt(seq)),
  through: { run, seq: to },
  hasMore: false,
  reset: false,
  skipped: null,
  ...extra,
});
const resetPage = (run: string, at: number): LogPage => pageOf(run, at, at, { reset: true });
const page = (made: LogPage): ReplicaInput => ({ type: 'page', page: made });
const heard = (made: FrameHead): ReplicaInput => ({ type: 'frame', frame: made });

function run(state: Replica, ...inputs: ReplicaInput[]): { state: Replica; commands: ReplicaCommand[] } {
  const commands: ReplicaCommand[] = [];
  for (const input of inputs) {
    const [next, more] = stepReplica(state, input);
    state = next;
    commands.push(...more);
  }
  return { state, commands };
}
const following = (seq: number): Replica => ({ at: 'following', position: { run: 'r1', seq } });
const told = (commands: readonly ReplicaCommand[]): string[] =>
  commands.map((command) => {
    switch (command.do) {
      case 'deliver':
        return `deliver ${command.events.map((event) => Number(event.data['n'])).join(',')} to ${command.through.seq} from ${command.source}`;
      case 'reset':
        return `reset at ${command.through.run}:${command.through.seq} (${command.why})`;
      case 'skipped':
        return `skipped ${command.from}-${command.to}`;
      default:
        return `${command.do} ${command.from ? `${command.from.run}:${command.from.seq}` : 'the end'}`;
    }
  });

describe('following', () => {
  test('[REP1] a frame that continues my position is delivered at once', () => {
    expect(told(run(following(5), heard(frame(5, 7))).commands)).toEqual(['deliver 6,7 to 7 from bus']);
  });

  test('[REP1] of a frame that overlaps my position only the rest is delivered, of one that I know nothing', () => {
    expect(told(run(following(5), heard(frame(3, 7))).commands)).toEqual(['deliver 6,7 to 7 from bus']);
    expect(run(following(5), heard(frame(3, 5)))).toEqual({ state: following(5), commands: [] });
  });

  test('[REP2] a frame beyond my position sends me to the disk', () => {
    expect(told(run(following(5), heard(frame(6, 7))).commands)).toEqual(['read r1:5']);
  });

  test('[REP3] a frame of another run sends me to the disk, wherever it stands', () => {
    expect(told(run(following(5), heard(frame(5, 7, 'r2'))).commands)).toEqual(['read r1:5']);
    expect(told(run(following(5), heard(frame(5, 7, 'r2')), page(resetPage('r2', 7))).commands)).toEqual(['read r1:5', 'reset at r2:7 (another-run)']);
  });

  test('[REP4] a wake-up looks at the disk; nothing new there is told to nobody', () => {
    expect(told(run(following(5), { type: 'wake' }, page(pageOf('r1', 5, 5))).commands)).toEqual(['read r1:5']);
  });

  test('[REP1] a frame without events moves the position', () => {
    expect(run(following(5), heard({ ...frame(5, 9), events: [] })).state).toEqual(following(9));
  });
});

describe('reading', () => {
  const reading = run(following(5), { type: 'wake' }).state;

  test('[REP5] the first read is where a page starts: no event before it is ever delivered', () => {
    const [start, first] = startReplica();
    expect(told(first)).toEqual(['read the end']);
    expect(told(run(start, page(resetPage('r1', 40)), heard(frame(40, 41))).commands)).toEqual(['reset at r1:40 (start)', 'deliver 41 to 41 from bus']);
  });

  test('[REP6] frames heard while reading are applied after it, in order and without what the read brought', () => {
    const { commands } = run(reading, heard(frame(5, 7)), heard(frame(7, 9)), page(pageOf('r1', 5, 8)));
    expect(told(commands)).toEqual(['deliver 6,7,8 to 8 from disk', 'deliver 9 to 9 from bus']);
  });

  test('[REP6] frames heard while reading that do not follow mean one more read, however many they are', () => {
    const { commands } = run(reading, heard(frame(8, 9)), heard(frame(9, 10)), heard(frame(3, 4, 'r0')), page(pageOf('r1', 5, 6)), page(pageOf('r1', 6, 10)));
    expect(told(commands)).toEqual(['deliver 6 to 6 from disk', 'read r1:6', 'deliver 7,8,9,10 to 10 from disk']);
  });

  test('[REP6] more frames than may wait are dropped and read from disk instead', () => {
    const many = range(5, 105).map((seq) => heard(frame(seq - 1, seq)));
    const busy = run(reading, ...many);
    expect(told(run(busy.state, page(pageOf('r1', 5, 50))).commands)).toEqual(['deliver ' + range(5, 50).join(',') + ' to 50 from disk', 'read r1:50']);
  });

  test('[REP7] a long log is read page by page', () => {
    const { commands } = run(reading, page(pageOf('r1', 5, 8, { hasMore: true })), page(pageOf('r1', 8, 9)));
    expect(told(commands)).toEqual(['deliver 6,7,8 to 8 from disk', 'read r1:8', 'deliver 9 to 9 from disk']);
  });

  test('[REP4] a wake-up while reading reads once more', () => {
    expect(told(run(reading, { type: 'wake' }, { type: 'wake' }, page(pageOf('r1', 5, 6)), page(pageOf('r1', 6, 6))).commands)).toEqual([
      'deliver 6 to 6 from disk',
      'read r1:6',
    ]);
  });

  test('[REP8] what retention swept below me is said before what follows', () => {
    expect(told(run(reading, page(pageOf('r1', 9, 12, { skipped: { from: 6, to: 9 } }))).commands)).toEqual([
      'skipped 6-9',
      'deliver 10,11,12 to 12 from disk',
    ]);
  });

  test('[REP9] a read that failed is tried again later from the same place', () => {
    expect(told(run(reading, { type: 'read-failed' }).commands)).toEqual(['read-later r1:5']);
  });

  test('[REP3] a frame of the run before, heard late, changes nothing', () => {
    const { state, commands } = run(following(5), heard(frame(5, 7, 'r2')), page(resetPage('r2', 7)), heard(frame(5, 6, 'r1')), page(pageOf('r2', 7, 7)));
    expect(told(commands)).toEqual(['read r1:5', 'reset at r2:7 (another-run)', 'read r2:7']);
    expect(state).toEqual({ at: 'following', position: { run: 'r2', seq: 7 } });
  });
});

test('[REP10] whatever frames are lost, late, doubled or of which run: each segment is the log, each event once, in order, and ends at its end', () => {
  const steps = fc.array(
    fc.oneof(fc.constant('commit' as const), fc.constant('reset' as const), fc.constant('read' as const), fc.constant('wake' as const), fc.nat(5)),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(steps, (script) => {
      let disk = { run: 'r1', start: 0, end: 3 };
      let runs = 1;
      const frames: FrameHead[] = [];
      let [state, commands] = startReplica();
      let asked: { from: Position | null } | null = null;
      let base = 0;
      let delivered: unknown[] = [];
      const take = (more: readonly ReplicaCommand[]): void => {
        for (const command of more) {
          if (command.do === 'read') {
            expect(asked).toBeNull();
            asked = { from: command.from };
          }
          if (command.do === 'reset') [base, delivered] = [command.through.seq, []];
          if (command.do !== 'deliver') continue;
          delivered.push(...command.events.map((event) => event.data['n']));
          expect(delivered).toEqual(range(base, command.through.seq));
        }
      };
      const input = (next: ReplicaInput): void => {
        [state, commands] = stepReplica(state, next);
        take(commands);
      };
      const answer = (): void => {
        if (!asked) return;
        const { from } = asked;
        asked = null;
        input(page(from?.run === disk.run ? pageOf(disk.run, from.seq, disk.end) : resetPage(disk.run, disk.end)));
      };
      take(commands);
      for (const step of script) {
        if (step === 'commit') {
          frames.push(frame(disk.end, disk.end + 2, disk.run));
          disk = { ...disk, end: disk.end + 2 };
        } else if (step === 'reset') {
          disk = { run: `r${++runs}`, start: disk.end, end: disk.end };
          frames.push(frame(disk.end, disk.end, disk.run));
        } else if (step === 'read') answer();
        else if (step === 'wake') input({ type: 'wake' });
        else {
          const late = frames.at(-1 - step);
          if (late) input(heard(late));
        }
      }
      input({ type: 'wake' });
      for (let times = 0; times < 4; times++) answer();
      expect(state).toEqual({ at: 'following', position: { run: disk.run, seq: disk.end } });
    }),
    { numRuns: 1_000 },
  );
});

describe('createReplica', () => {
  const log = { error: () => {}, info: () => {}, debug: () => {} };
  const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

  function follow(reads: (() => Promise<LogPage>)[]) {
    const clock = createVirtualClock();
    const life = new AbortController();
    const lines: string[] = [];
    const reader = { read: () => reads.shift()?.() ?? Promise.reject(new Error('no more reads')) } as Pick<LogReader, 'read'> as LogReader;
    const listener = {
      deliver: (events: readonly unknown[]) => void lines.push(`deliver ${events.length}`),
      reset: () => void lines.push('reset'),
      skipped: () => void lines.push('skipped'),
    };
    return { replica: createReplica({ reader, clock, log }, listener, life.signal), clock, life, lines };
  }

  test('[REP9] a disk that does not answer is asked again, and no frame is delivered meanwhile', async () => {
    const { replica, clock, lines } = follow([() => Promise.reject(new Error('blocked')), () => Promise.resolve(resetPage('r1', 3))]);
    await turn();
    replica.frame(frame(3, 4));
    expect([replica.position(), lines]).toEqual([null, []]);
    clock.advance(500);
    await turn();
    expect([replica.position(), lines]).toEqual([{ run: 'r1', seq: 4 }, ['reset', 'deliver 1']]);
  });

  test('[REP11] after its signal aborts nothing is delivered, whatever was on its way', async () => {
    const { replica, life, lines } = follow([() => Promise.resolve(resetPage('r1', 3))]);
    life.abort();
    await turn();
    replica.frame(frame(3, 4));
    expect(lines).toEqual([]);
  });
});
