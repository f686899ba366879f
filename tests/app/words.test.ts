import { expect, test } from 'vitest';
import { plural } from '../../src/app/plural.ts';
import { words } from '../../src/app/words.ts';

test('counts follow the plural rule and are grouped', () => {
  expect([0, 1, 2, 1_284].map((count) => words.updates(count))).toEqual(['0 updates', '1 update', '2 updates', '1,284 updates']);
  expect(plural(1, { one: '# car', other: '# cars' })).toBe('1 car');
});
test('an unknown stage keeps the name the server gave it', () => expect(words.stage({ name: 'unknown', raw: 'polishing' })).toBe('polishing'));
test('the exact strings of the design stand in the catalogue', () => {
  expect(words.bay.ends('14:09')).toBe('ends 14:09');
  expect(words.bay.over('6 min')).toBe('6 min over');
  expect(words.queue.summary(7, '11')).toBe('7 waiting, longest 11 min');
  expect(words.connection.since('13:42')).toBe('since 13:42');
  expect(words.connection.tryingAgain(8)).toBe('trying again in 8 s');
  expect(words.undo(6)).toBe('Undo 6');
  expect(words.signIn.away).toBe('No connection. You can sign in when it is back.');
  expect(words.changes.many(3)).toBe('3 orders changed.');
  expect(`${words.bay.broken} ${words.bay.nothingLost}`).toBe("Can't show this bay. Nothing is lost.");
});
/** The name of a place in the application, given by its design. */
const NAMES: readonly string[] = [words.debug.title];

test('no sentence shouts, begs or speaks of machinery', () => {
  const all: string[] = [];
  const collect = (value: unknown): void => {
    if (typeof value === 'string') all.push(value);
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(collect);
  };
  collect(words);
  expect(all.length).toBeGreaterThan(60);
  expect(all.filter((text) => !NAMES.includes(text) && /!|\bplease\b|\boops\b|\bsync\b|\bmutation\b|\bcached?\b|\bupload/i.test(text))).toEqual([]);
});
test("a server's detail follows in the same sentence, a code or plate keeps its capitals", () => {
  expect(words.refused.rejected('Bay 4 is not free.')).toBe('Refused: bay 4 is not free.');
  expect(words.refused.rejected('CBF 4821 is gone.')).toBe('Refused: CBF 4821 is gone.');
});
