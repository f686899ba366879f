import { describe, expect, test } from 'vitest';
import { changedOrders, changesSentence, seenStages } from '../../src/app/board-changes.ts';
import { boardView } from '../../src/domain/board.ts';
import { branch, hold, job, NOW, order } from './fixtures.ts';

const view = (change: Partial<ReturnType<typeof branch>> = {}) => boardView({ ...branch(), ...change }, 'manager', NOW);
const before = seenStages(view());
const dried = seenStages(view({ jobs: new Map([...branch().jobs, ...hold(job('j1', 'o1', 'b1', { step: 'drying' }))]) }));
const twoMore = seenStages(view({ orders: new Map([...branch().orders, ...hold(order('o6', 'CAS 6402', 'paid'), order('o9', 'CAQ 1200', 'paid'))]) }));

describe('what is said about changes on the board', () => {
  test('nothing where nothing changed', () => {
    expect(changedOrders(before, seenStages(view()))).toEqual([]);
    expect(changesSentence(new Set(), before)).toBe('');
  });
  test('the car and its stage where it is one', () => {
    expect(changedOrders(before, dried)).toEqual(['o1']);
    expect(changesSentence(new Set(['o1']), dried)).toBe('CBF 4821: drying.');
  });
  test('the number where they are more', () => expect(changesSentence(new Set(changedOrders(before, twoMore)), twoMore)).toBe('2 orders changed.'));
  test('a car that left the screen since is counted, not named', () => expect(changesSentence(new Set(['gone']), before)).toBe('1 order changed.'));
});
