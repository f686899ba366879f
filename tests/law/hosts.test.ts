// Every place in which an engine may run goes through the one conformance suite.
import { expect, test } from 'vitest';
import { readSources, type Source } from './sources.ts';

const kindsIn = ([source]: Source[]) => [...(/type HostKind = ([^;]+);/.exec(source?.text ?? '')?.[1]?.matchAll(/'(\w+)'/g) ?? [])].map(([, kind]) => kind);
const describedIn = (sources: Source[]) => sources.flatMap(({ text }) => [...text.matchAll(/^describeHost\('(\w+)'\)/gm)].map(([, kind]) => kind));

const kinds = kindsIn(readSources('src/protocol/rpc.ts'));

test('every kind of host runs through the conformance suite', () => {
  expect(kinds.length).toBeGreaterThan(0);
  expect(new Set(describedIn(readSources('tests/browser/hosts/hosts.spec.ts')))).toEqual(new Set(kinds));
});
test('a kind that is missing is found', () => {
  expect(kindsIn([{ path: 'a', text: "export type HostKind = 'a' | 'b';" }])).toEqual(['a', 'b']);
  expect(describedIn([{ path: 'b', text: "describeHost('a');\n// describeHost('b');" }])).toEqual(['a']);
});
