// The judge judged: hand-written histories, each with the exact set of rules that must be reported; and the runner for outside ones.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { checkCase, checkHistories, type HistoryCase } from '../../scripts/check-history.mjs';
import { judge } from './history/judge.ts';

const CASES = JSON.parse(readFileSync(new URL('histories.json', import.meta.url), 'utf8')) as HistoryCase[];
const RULES = 'R1 R2 R2e R3 R4 R5 R6 R7 R7s R8 R9 R10 R11 R12 R13 R13p R14 R15 R16 R17 R18'.split(' ');

test.each(CASES.map((one) => [one.name, one] as const))('[HIS1] is judged as the oracle says: %s', async (_name, one) => {
  expect((await checkCase(one)).complaints).toEqual([]);
});

test.each(RULES)('[HIS1] at least three histories are about %s, and one of them breaks it', (rule) => {
  const about = CASES.filter(({ name }) => name.startsWith(`${rule}:`));
  expect(about.length).toBeGreaterThanOrEqual(3);
  expect(about.some(({ rules }) => rules?.includes(rule))).toBe(true);
  expect(about.some(({ rules }) => rules?.length === 0)).toBe(true);
});

test('[HIS2] a rule without its tape is unknown, which is neither a violation nor a proof', () => {
  const { valid, violations, unknown } = judge([], { minDelivers: 0 });
  expect(violations).toEqual([]);
  expect(valid).toBe(false);
  expect(unknown.map(({ rule }) => rule)).toEqual(RULES);
  const whole = CASES.find(({ name }) => name === 'a whole run that proves something');
  const verdict = judge(whole?.history);
  expect(verdict.valid).toBe('unknown');
  expect(verdict.unknown.map(({ rule }) => rule)).not.toContain('R2');
  expect(verdict.unknown.map(({ rule }) => rule)).toContain('R12');
});

test('[HIS3] the runner tells what differed, counts, and fails on a wrong expectation', async () => {
  const said: string[] = [];
  const say = { log: (text: string) => said.push(text), error: (text: string) => said.push(text) };
  const [, , wrong] = CASES as [HistoryCase, HistoryCase, HistoryCase];
  expect(await checkHistories([{ ...wrong, name: 'planted', rules: ['R9'] }], say)).toBe(1);
  expect(said[0]).toBe('planted: R9 is not reported');
  expect(said[1]).toMatch(/^planted: R1 is reported: a#1: /);
  expect(said.at(-1)).toBe('0 of 1 histories');
  expect(await checkHistories([wrong], say)).toBe(0);
  expect(said.at(-1)).toBe('1 of 1 histories');
});

test('[HIS3] a case that can not be read is told and counts as not met', async () => {
  const odd = [null, { name: 'b' }, { name: 'c', history: [], rules: 'R1' }, { name: 'd', history: [], cfg: [] }] as unknown as HistoryCase[];
  const complaints = await Promise.all(odd.map(async (one) => (await checkCase(one)).complaints[0]));
  expect(complaints).toEqual([
    'The history: history should be a list of records',
    'The history: history should be a list of records',
    'rules should be a list of rule ids',
    'The history: cfg should be an object of constants',
  ]);
});
