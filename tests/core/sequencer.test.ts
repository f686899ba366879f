import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EMPTY_SEQUENCER, stepSequencer, type Arrival, type Sequencer, type SequencerCommand, type SequencerInput } from '../../src/core/cursor.ts';
import { POLICY } from '../../src/core/policy.ts';
import { cursorAt, eventAt } from '../support/sample-events.ts';

const event = (seq: number, prev = seq - 1, check?: string): Arrival => {
  const made = eventAt(seq, check === undefined ? { prev } : { prev, check });
  return { kind: 'event', id: made.id, prev: made.prev, event: made };
};
const arrived = (arrival: Arrival): SequencerInput => ({ type: 'arrived', arrival });
const moved = (cursor: string | null): SequencerInput => ({ type: 'moved', cursor });

/** Steps through `inputs` at time `now`; the commands are those of all steps. */
function run(state: Sequencer, inputs: readonly SequencerInput[], now = 0): { state: Sequencer; commands: SequencerCommand[] } {
  const commands: SequencerCommand[] = [];
  for (const input of inputs) {
    const [next, more] = stepSequencer(state, input, now, POLICY);
    state = next;
    commands.push(...more);
  }
  return { state, commands };
}
const at = (seq: number) => run(EMPTY_SEQUENCER, [moved(cursorAt(seq))]).state;
const taken = (commands: readonly SequencerCommand[]) =>
  commands.flatMap((command) => (command.do === 'take' ? command.arrivals.map((arrival) => arrival.id) : []));
const named = (commands: readonly SequencerCommand[]) => commands.map((command) => (command.do === 'count' ? `count ${command.what}` : command.do));

describe('what follows', () => {
  test('[SEQ1] an arrival whose prev is the cursor is taken and moves the cursor', () => {
    const { state, commands } = run(at(5), [arrived(event(6))]);
    expect(taken(commands)).toEqual([cursorAt(6)]);
    expect(state.cursor?.text).toBe(cursorAt(6));
  });

  test('[SEQ1] a filtered stream may jump: prev alone decides, not the next number', () => {
    expect(taken(run(at(5), [arrived(event(9, 5))]).commands)).toEqual([cursorAt(9)]);
    expect(taken(run(at(5), [arrived(event(7, 6))]).commands)).toEqual([]);
  });

  test('[SEQ12] an arrival that counts from before my cursor is held, and the server asked whether mine lies on its log', () => {
    const { state, commands } = run(at(5), [arrived(event(8, 4)), arrived(event(9, 8))]);
    expect([taken(commands), named(commands).filter((name) => name === 'verify')]).toEqual([[], ['verify']]);
    expect(state.held).toHaveLength(2);
    const { commands: after } = run(stepSequencer(state, { type: 'reopened' }, 0, POLICY)[0], [arrived(event(8, 5)), arrived(event(9, 8))]);
    expect(taken(after)).toEqual([cursorAt(8), cursorAt(9)]);
  });

  test('[SEQ1] a checkpoint moves the cursor as an event does', () => {
    const { state, commands } = run(at(5), [arrived({ kind: 'checkpoint', prev: cursorAt(5), id: cursorAt(40) }), arrived(event(41, 40))]);
    expect(taken(commands)).toEqual([cursorAt(40), cursorAt(41)]);
    expect(state.cursor?.seq).toBe(41);
  });

  test('[SEQ2] what is at or below the cursor is a duplicate: counted, never taken', () => {
    const { state, commands } = run(at(5), [arrived(event(5)), arrived(event(3)), arrived(event(1))]);
    expect(named(commands)).toEqual(['count duplicate', 'count duplicate', 'count duplicate']);
    expect(state.cursor?.seq).toBe(5);
  });

  test('[SEQ3] a refused event without prev follows only as the very next number', () => {
    expect(taken(run(at(5), [arrived({ kind: 'refused', id: cursorAt(6), prev: null })]).commands)).toEqual([cursorAt(6)]);
    expect(named(run(at(5), [arrived({ kind: 'refused', id: cursorAt(7), prev: null })]).commands)).toEqual(['count gap', 'wake-at']);
  });

  test('[SEQ3] a refused event whose prev was read follows like any other', () => {
    expect(taken(run(at(5), [arrived({ kind: 'refused', id: cursorAt(8), prev: cursorAt(5) })]).commands)).toEqual([cursorAt(8)]);
  });
});

describe('gaps', () => {
  test('[SEQ4] what is ahead is held, and taken in order once the missing one is there', () => {
    const { state, commands } = run(at(5), [arrived(event(8)), arrived(event(7)), arrived(event(6))]);
    expect(named(commands)).toEqual(['count gap', 'wake-at', 'wake-at', 'take']);
    expect(taken(commands)).toEqual([6, 7, 8].map((seq) => cursorAt(seq)));
    expect(state).toMatchObject({ held: [], gapSince: null, fruitless: 0 });
  });

  test('[SEQ4] a gap that is only half closed is a new gap with its full time', () => {
    const open = run(at(5), [arrived(event(9)), arrived(event(7))], 100).state;
    const half = run(open, [arrived(event(6))], 900).state;
    expect(half).toMatchObject({ gapSince: 900, cursor: { seq: 7 } });
    expect(named(run(half, [{ type: 'tick' }], 1_100).commands)).toEqual(['wake-at']);
    expect(named(run(half, [{ type: 'tick' }], 1_900).commands)).toEqual(['reconnect']);
  });

  test('[SEQ4] the same held arrival twice is a duplicate', () => {
    expect(named(run(at(5), [arrived(event(8)), arrived(event(8))]).commands)).toEqual(['count gap', 'wake-at', 'count duplicate']);
  });

  test('[SEQ5] a gap older than the hold time asks for a reconnect, not before', () => {
    const open = run(at(5), [arrived(event(8))], 100).state;
    expect(named(run(open, [{ type: 'tick' }], 100 + POLICY.holdMs - 1).commands)).toEqual(['wake-at']);
    expect(named(run(open, [{ type: 'tick' }], 100 + POLICY.holdMs).commands)).toEqual(['reconnect']);
  });

  test('[SEQ5] more than the bound of held arrivals asks for a reconnect at once and counts what it sheds', () => {
    const many = Array.from({ length: POLICY.holdEvents + 1 }, (_, index) => arrived(event(10 + index)));
    const { state, commands } = run(at(5), many);
    expect(named(commands).slice(-2)).toEqual(['count shed', 'reconnect']);
    expect(state.held).toEqual([]);
  });

  test('[SEQ6] reconnects without progress end in a resync; one event of progress starts the count again', () => {
    let state = at(5);
    const fail = () => {
      const gap = run(state, [{ type: 'reopened' }, arrived(event(8))], 0);
      const end = run(gap.state, [{ type: 'tick' }], POLICY.holdMs);
      state = end.state;
      return named(end.commands);
    };
    for (let times = 0; times < POLICY.gapReconnects; times++) expect(fail()).toEqual(['reconnect']);
    const progressed = run(state, [{ type: 'reopened' }, arrived(event(6))]).state;
    expect(progressed.fruitless).toBe(0);
    expect(fail()).toEqual(['resync']);
    expect(state.cursor).toBeNull();
  });

  test('[SEQ7] a heartbeat ahead of the cursor for the hold time is a gap', () => {
    const heard = run(at(5), [{ type: 'heartbeat', cursor: cursorAt(7) }], 0);
    expect(named(heard.commands)).toEqual(['count gap', 'wake-at']);
    expect(named(run(heard.state, [{ type: 'tick' }], POLICY.holdMs).commands)).toEqual(['reconnect']);
  });

  test('[SEQ7] a heartbeat at or behind the cursor is none, and ends one that was heard', () => {
    expect(
      named(
        run(at(5), [
          { type: 'heartbeat', cursor: cursorAt(5) },
          { type: 'heartbeat', cursor: cursorAt(3) },
        ]).commands,
      ),
    ).toEqual([]);
    const closed = run(at(5), [{ type: 'heartbeat', cursor: cursorAt(6) }, arrived(event(6)), { type: 'heartbeat', cursor: cursorAt(6) }]);
    expect(closed.state.gapSince).toBeNull();
  });
});

describe('another history', () => {
  const other = '0000000b';
  test.each([
    ['an event', arrived(event(5, 4, other))],
    ['the prev of an event', arrived(event(6, 5, other))],
    ['a heartbeat', { type: 'heartbeat', cursor: cursorAt(5, other) } as const],
  ])('[SEQ8] another check at my own place is a fork: %s', (_, input) => {
    expect(run(at(5), [input]).commands).toEqual([{ do: 'resync', reason: 'forked' }]);
  });

  test.each([
    ['an event', arrived({ kind: 'checkpoint', id: cursorAt(9, other, 'e2'), prev: cursorAt(8, other, 'e2') })],
    ['a heartbeat', { type: 'heartbeat', cursor: cursorAt(2, other, 'e2') } as const],
  ])('[SEQ8] another epoch means that sequences mean nothing: %s', (_, input) => {
    expect(run(at(5), [input]).commands).toEqual([{ do: 'resync', reason: 'unknown' }]);
  });

  test('[SEQ9] after a resync nothing follows anything until the sequencer is moved', () => {
    const lost = run(at(5), [arrived(event(5, 4, other))]).state;
    expect(run(lost, [arrived(event(6)), { type: 'heartbeat', cursor: cursorAt(9) }, { type: 'tick' }], 99_999).commands).toEqual([]);
    expect(taken(run(lost, [moved(cursorAt(6)), arrived(event(7))]).commands)).toEqual([cursorAt(7)]);
  });
});

describe('any arrival order', () => {
  const arrivals = fc.array(fc.oneof(fc.integer({ min: 1, max: 12 }), fc.constant('tick' as const), fc.constant('reopened' as const)), { maxLength: 60 });

  test('[SEQ10] whatever arrives in whatever order, what is taken is the log itself: each once, in order, without a hole', () => {
    fc.assert(
      fc.property(arrivals, (inputs) => {
        let state = at(0);
        let now = 0;
        const log: string[] = [];
        for (const input of inputs) {
          now += 150;
          const step: SequencerInput = typeof input === 'number' ? arrived(event(input)) : { type: input };
          const [next, commands] = stepSequencer(state, step, now, POLICY);
          log.push(...taken(commands));
          state = next;
        }
        expect(log).toEqual(Array.from({ length: log.length }, (_, index) => cursorAt(index + 1)));
        expect(state.held.length).toBeLessThanOrEqual(POLICY.holdEvents);
      }),
    );
  });

  test('[SEQ10] a shuffle within the hold bound is always put in order without a reconnect', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([1, 2, 3, 4, 5, 6, 7, 8], { minLength: 8 }), (order) => {
        const { commands } = run(
          at(0),
          order.map((seq) => arrived(event(seq))),
        );
        expect(taken(commands)).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((seq) => cursorAt(seq)));
        expect(commands.some((command) => command.do === 'reconnect')).toBe(false);
      }),
    );
  });

  test('[SEQ11] an open gap always has a wake-up on its way, also for a shell that keeps only the latest', () => {
    fc.assert(
      fc.property(arrivals, (inputs) => {
        let state = at(0);
        let wakeAt = Infinity;
        let now = 0;
        const step = (input: SequencerInput) => {
          const [next, commands] = stepSequencer(state, input, now, POLICY);
          state = next;
          for (const command of commands) if (command.do === 'wake-at') wakeAt = command.at;
        };
        for (const input of inputs) {
          now += 150;
          if (wakeAt <= now) {
            wakeAt = Infinity;
            step({ type: 'tick' });
          }
          step(typeof input === 'number' ? arrived(event(input)) : { type: input });
          if (state.gapSince !== null) expect(wakeAt).toBeLessThanOrEqual(state.gapSince + POLICY.holdMs);
        }
      }),
    );
  });
});
