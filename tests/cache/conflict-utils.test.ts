import { describe, expect, test } from 'vitest';
import { conflictUtils } from '@/lib/cache';

const before = { status: 'new', price: 10, notes: '' };
const mine = { ...before, status: 'ready' };
const theirs = { ...before, price: 12, status: 'new' };

describe('[CFU1] conflictUtils', () => {
  test('merges by strategy; with the common original nothing that only one side changed is lost', () => {
    expect(conflictUtils.mergeData(mine, theirs, 'optimistic')).toBe(mine);
    expect(conflictUtils.mergeData(mine, theirs, 'server')).toBe(theirs);
    expect(conflictUtils.mergeData<Partial<typeof mine>>({ status: 'ready' }, theirs, 'merge')).toEqual({ status: 'ready', price: 12, notes: '' });
    expect(conflictUtils.mergeData(mine, theirs, 'merge', before)).toEqual({ status: 'ready', price: 12, notes: '' });
    expect(conflictUtils.mergeData({ ...mine, price: 11 }, theirs, 'merge', before)).toEqual({ status: 'ready', price: 12, notes: '' });
  });
  test('detects a difference in the named fields, or in any', () => {
    expect(conflictUtils.detectConflict(mine, theirs, ['status', 'price'])).toBe(true);
    expect(conflictUtils.detectConflict(mine, theirs, ['notes'])).toBe(false);
    expect(conflictUtils.detectConflict(mine, { ...mine })).toBe(false);
    expect(conflictUtils.detectConflict<object>({ a: { x: 1, y: [2] } }, { a: { y: [2], x: 1 } })).toBe(false);
    expect(conflictUtils.detectConflict<object>({}, { a: 1 })).toBe(true);
  });
  test('resolves as a person chose', () => {
    expect(conflictUtils.resolveConflict(mine, theirs, 'optimistic')).toBe(mine);
    expect(conflictUtils.resolveConflict(mine, theirs, 'server')).toBe(theirs);
    expect(conflictUtils.resolveConflict(mine, theirs, 'manual', { status: 'washing' })).toEqual({ ...theirs, status: 'washing' });
    expect(conflictUtils.resolveConflict(mine, theirs, 'manual')).toEqual(theirs);
  });
});
