import { expect, test } from 'vitest';
import { stepSent, type Unsent } from '../../src/app/use-sent-again.ts';

test('[APP5] back after a time without a connection, what went out is said once, and what needs a person', () => {
  let state: Unsent | null = null;
  const at = (isConnected: boolean, waiting: number, needsYou: number): string | null => {
    const [next, text] = stepSent(state, isConnected, { waiting, needsYou });
    state = next;
    return text;
  };
  expect([at(true, 1, 0), at(true, 0, 0)]).toEqual([null, null]);
  expect([at(false, 3, 0), at(true, 3, 0), at(true, 1, 0), at(true, 0, 1)]).toEqual([null, null, null, 'Live again. 2 sent, 1 needs your choice.']);
  expect([at(false, 0, 1), at(true, 0, 1)]).toEqual([null, null]);
  expect([at(false, 1, 1), at(true, 0, 1), at(true, 0, 1)]).toEqual([null, 'Live again. 1 entry sent.', null]);
});
