// Every rule of the specification is proved by a test that names it, and every name that a test bears is a rule.
import { expect, test } from 'vitest';
import { readSources, type Source } from './sources.ts';

/** A rule is a line `- **ID** sentence`; an id is capitals, then digits. */
const ruleIds = (sources: Source[]) => sources.flatMap(({ text }) => [...text.matchAll(/^- \*\*([A-Z]+\d+)\*\* /gm)].map(([, id = '']) => id));
/** A title bears its rules at its beginning, in brackets: `[LOG3] ...` or `[LOG3] [LOG4] ...`, behind the mark of a story: `@extended [LOG3] ...`. */
const titleIds = (sources: Source[]) =>
  sources.flatMap(({ text }) =>
    [...text.matchAll(/['"`](?:@\w+ )?((?:\[[A-Z]+\d+\] ?)+)/g)].flatMap(([, tags = '']) => [...tags.matchAll(/\[(\w+)\]/g)].map(([, id = '']) => id)),
  );

const rules = ruleIds(readSources('docs/*.md'));
const tags = new Set(titleIds(readSources('tests/**/*.{ts,tsx}').filter(({ path }) => path !== 'tests/law/spec.test.ts')));

test('every rule is named by a test', () => expect(rules.filter((id) => !tags.has(id))).toEqual([]));
test('every id in a test title is a rule', () => expect([...tags].filter((id) => !rules.includes(id))).toEqual([]));
test('no rule is written twice', () => expect(rules.filter((id, at) => rules.indexOf(id) !== at)).toEqual([]));
test('both readers see what is planted', () => {
  expect(ruleIds([{ path: 'a', text: '# Log\n- **LOG1** One.\n- **LOG2** Two.\n- plain **LOG3**' }])).toEqual(['LOG1', 'LOG2']);
  expect(titleIds([{ path: 'a', text: `it('[LOG1] [BUS2] holds', f); test(\`[RUN3] too\`, f); row[A1]; 'see [LOG9]'; it('@more [ABC4] x')` }])).toEqual([
    'LOG1',
    'BUS2',
    'RUN3',
    'ABC4',
  ]);
});
