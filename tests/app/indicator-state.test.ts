import { describe, expect, test } from 'vitest';
import {
  HOLD_MS,
  isFresh,
  isLabelHeld,
  isStale,
  startIndicator,
  stepIndicator,
  wantedState,
  type IndicatorHealth,
  type IndicatorState,
} from '../../src/app/indicator-state.ts';
import { NOW } from './fixtures.ts';

const SILENT = 75_000;
const live: IndicatorHealth = { status: 'healthy', label: 'Live', lastByteAt: NOW - 1_000, retryAt: null, reason: null, updates: 0, trouble: null };

describe('which state health asks for', () => {
  const rows: readonly (readonly [string, Partial<IndicatorHealth>, IndicatorState])[] = [
    ['connected with fresh bytes', {}, 'live'],
    ['connected, bytes missing', { status: 'connecting', label: 'Offline' }, 'offline'],
    ['connecting in the first seconds', { status: 'connecting', label: 'Connecting' }, 'connecting'],
    ['connecting later', { status: 'connecting', label: 'Offline' }, 'offline'],
    ['polling, last poll ok', { status: 'polling', label: 'Polling' }, 'polling'],
    ['error', { status: 'error', label: 'Offline' }, 'offline'],
    ['needs sign-in', { status: 'error', label: 'Sign in again' }, 'sign-in'],
    ['disconnected', { status: 'disconnected', label: 'Offline' }, 'offline'],
  ];
  test.each(rows)('%s', (_, change, state) => expect(wantedState({ ...live, ...change }, NOW, SILENT)).toBe(state));
  test('[APP1] silence is never Live, whatever status and label say', () => {
    expect(wantedState({ ...live, lastByteAt: NOW - SILENT - 1 }, NOW, SILENT)).toBe('offline');
    expect(wantedState({ ...live, lastByteAt: null }, NOW, SILENT)).toBe('offline');
    expect(wantedState({ ...live, status: 'connecting' }, NOW, SILENT)).toBe('offline');
    expect(wantedState({ ...live, lastByteAt: NOW - SILENT }, NOW, SILENT)).toBe('live');
  });
});

describe('[APP2] what is shown, and when', () => {
  test('a worse state shows after a second in one piece', () => {
    const first = stepIndicator(startIndicator('live'), 'offline', 1_000);
    expect(first.shown).toBe('live');
    expect(stepIndicator(first, 'offline', 1_000 + HOLD_MS - 1).shown).toBe('live');
    expect(stepIndicator(first, 'offline', 1_000 + HOLD_MS)).toEqual({ shown: 'offline', worse: null });
  });
  test('a flicker shorter than that is never seen, and its second is not added to the next', () => {
    const dip = stepIndicator(startIndicator('live'), 'offline', 0);
    const back = stepIndicator(dip, 'live', 900);
    expect(back).toEqual({ shown: 'live', worse: null });
    expect(stepIndicator(back, 'offline', 1_200).shown).toBe('live');
  });
  test('two kinds of worse are one bad second together', () => {
    const dip = stepIndicator(startIndicator('live'), 'connecting', 0);
    expect(stepIndicator(stepIndicator(dip, 'offline', 500), 'offline', HOLD_MS).shown).toBe('offline');
  });
  test('a better state shows at once', () => {
    expect(stepIndicator(startIndicator('sign-in'), 'live', 0).shown).toBe('live');
    expect(stepIndicator(startIndicator('offline'), 'polling', 0).shown).toBe('polling');
  });
  test('while the library still calls it Live, a reconnect stays unseen; then it shows without another second', () => {
    const reconnecting = { ...live, status: 'connecting' } as const;
    expect(isLabelHeld(reconnecting)).toBe(true);
    const dip = stepIndicator(startIndicator('live'), 'offline', 0, true);
    const held = stepIndicator(dip, 'offline', 1_900, true);
    expect(held.shown).toBe('live');
    expect(stepIndicator(held, 'offline', 2_000, false).shown).toBe('offline');
  });
  test('[APP1] silence of a connection that calls itself healthy is not held back by the label', () =>
    expect(isLabelHeld({ ...live, lastByteAt: null })).toBe(false));
  test('nothing new is the same object, so that nothing is drawn again', () => {
    const still = startIndicator('live');
    expect(stepIndicator(still, 'live', 5)).toBe(still);
    const dip = stepIndicator(still, 'offline', 5);
    expect(stepIndicator(dip, 'offline', 10)).toBe(dip);
  });
});

describe('whether values are only last known', () => {
  test('only Live and Polling show present values', () => {
    const states: readonly IndicatorState[] = ['live', 'polling', 'connecting', 'offline', 'sign-in'];
    expect(states.filter(isFresh)).toEqual(['live', 'polling']);
    expect(states.filter((state) => isStale(state, NOW, NOW, SILENT))).toEqual(['offline', 'sign-in']);
  });
  test('right after a start they are present while they are young, so that a reload does not flash', () => {
    expect(isStale('connecting', NOW - SILENT, NOW, SILENT)).toBe(false);
    expect(isStale('connecting', NOW - SILENT - 1, NOW, SILENT)).toBe(true);
    expect(isStale('connecting', null, NOW, SILENT)).toBe(true);
  });
});
