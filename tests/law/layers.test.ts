// The structure of the project, held against its sources.
import { expect, test } from 'vitest';
import { ARROWS, ONLY_FOR, PLANTED } from './arrows.ts';
import { importsOf, partOf, readSources, type Source } from './sources.ts';

const rows = (table: string) => new Map([...table.matchAll(/^\s*(\S+)\s*:(.*)$/gm)].map(([, name = '', rest = '']) => [name, new Set(rest.trim().split(' '))]));
const arrows = rows(ARROWS);
const onlyFor = rows(ONLY_FOR);

const mayImport = (from: string, target: string) => from === partOf(target) || arrows.get(from)?.has(partOf(target)) === true;
const isAllowed = ({ path }: Source, target: string) => mayImport(partOf(path), target) && onlyFor.get(target)?.has(partOf(path)) !== false;
const brokenArrows = (sources: Source[]) =>
  sources.flatMap((source) =>
    importsOf(source)
      .filter((target) => !isAllowed(source, target))
      .map((target) => `${source.path} -> ${target}`),
  );
const impure = (sources: Source[]) => sources.filter(({ text }) => /\b(Date\.now|Math\.random)\b|new Date\(\)/.test(text)).map(({ path }) => path);
const tooLong = (sources: Source[]) => sources.filter(({ text }) => text.trimEnd().split('\n').length > 30).map(({ path }) => path);

/** The folder that the documents name for tests lists tests of tests/. */
const isSource = ({ path }: Source) => !path.includes('/__tests__/');

test('imports follow the arrows', () => expect(brokenArrows(readSources('{src,worker,sw,server}/**/*.{ts,tsx}').filter(isSource))).toEqual([]));
test('what decides takes time and chance as inputs', () => expect(impure(readSources('src/{protocol,core,domain}/**/*.ts'))).toEqual([]));
test('the public faces only hand on', () => expect(tooLong(readSources('src/{lib,hooks}/**/*.{ts,tsx}'))).toEqual([]));
test('[RCT3] a public face with hooks or components is for the client, for bundlers that ask (Next.js)', () => {
  const doors = ['Toast', 'RealtimeDashboard', 'OrdersView'].map((name) => `src/components/${name}.tsx`);
  const faces = readSources('src/{lib,hooks}/**/*.{ts,tsx}', ...doors).filter((face) => isSource(face) && /^export (?!type)/m.test(face.text));
  const ofReact = faces.filter((face) => doors.includes(face.path) || importsOf(face).some((target) => target.startsWith('src/react/')));
  expect(ofReact.length).toBeGreaterThan(8);
  expect(ofReact.filter(({ text }) => !/^(?:\/\/.*\n)+'use client';\n/.test(text)).map(({ path }) => path)).toEqual([]);
});
test.each(PLANTED)('a planted bad import is found: %s', (path, text) => expect(brokenArrows([{ path, text }])).toHaveLength(1));
test('planted time and a long face are found', () => {
  expect(impure([{ path: 'a', text: 'const t = Date.now();' }])).toEqual(['a']);
  expect(tooLong([{ path: 'b', text: 'x;\n'.repeat(31) }])).toEqual(['b']);
});
