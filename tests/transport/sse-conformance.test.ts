// The reader against the standard's own rules, as cases in a file that any other reader could be held against.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { runCases, type SseCase } from '../../scripts/sse-conformance.mjs';

const { cases } = JSON.parse(readFileSync(new URL('sse-cases.json', import.meta.url), 'utf8')) as { cases: SseCase[] };

it('there are cases enough to say anything, each with its own name', () => {
  expect(cases.length).toBeGreaterThanOrEqual(60);
  expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
});

it.each(cases.map((one) => [one.name, one] as const))('[SSE2] reads as the standard says, however it is cut: %s', async (_name, one) => {
  expect((await runCases([one])).complaints).toEqual([]);
});

it('a case that is not met is told, with what was read instead', async () => {
  const wrong: SseCase = {
    name: 'planted',
    chunks: [btoa('id: 1\ndata: a\n\n')],
    expect: { events: [{ type: 'x', data: 'b', id: '2' }], lastEventId: '2', retry: 1 },
  };
  const { complaints, passed } = await runCases([wrong]);
  expect(passed).toBe(0);
  expect(complaints).toHaveLength(5 * 6);
  expect(complaints[0]).toBe('planted (as written): event 1\'s type is "message", expected "x"');
});

it.each([
  ['is no case', null],
  ['chunks should be a list', { expect: {} }],
  ['chunk 1 should be base64 or {b64, times}', { chunks: ['', '!'], expect: {} }],
  ['chunk 0 should be base64 or {b64, times}', { chunks: [{ b64: 'YQ==', times: -1 }], expect: {} }],
  ['expect should be {events, lastEventId, retry}', { chunks: [] }],
  ['expect.events should be a list', { chunks: [], expect: { events: 'none' } }],
  ['initialLastEventId should be a text', { chunks: [], expect: {}, initialLastEventId: 7 }],
])('a case that can not be read is told and counts as not met: %s', async (complaint, one) => {
  const { complaints, passed, total } = await runCases([one] as unknown as SseCase[]);
  expect(complaints).toEqual([`case 1: ${complaint}`]);
  expect([passed, total]).toEqual([0, 1]);
});
