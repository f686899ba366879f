// docs/protocol.md shows one real example of everything: each is read by the decoders that clients use.
import { readFileSync } from 'node:fs';
import { createParser } from 'eventsource-parser';
import { expect, test } from 'vitest';
import { decodeEvent } from '../../src/protocol/batch-event.ts';
import { decodeMessage, RESYNC_REASONS, type StreamMessage } from '../../src/protocol/event.ts';
import { decodeProblem } from '../../src/protocol/problem.ts';
import { decodeSession } from '../../src/protocol/session.ts';
import { decodeSnapshot } from '../../src/protocol/snapshot.ts';
import { PASSWORD, start } from './harness.ts';

const PAGE = readFileSync(new URL('../../docs/protocol.md', import.meta.url), 'utf8');
const BOUNDS = { maxDepth: 64, maxIdLength: 128 };
const examples = (kind: string) => [...PAGE.matchAll(new RegExp(`^\`\`\`${kind}\\n([^]*?)^\`\`\`$`, 'gm'))].map(([, text = '']) => text);
const parsed = (kind: string) => examples(`json ${kind}`).map((text): Record<string, unknown> => JSON.parse(text));

function messages(): StreamMessage[] {
  const found: StreamMessage[] = [];
  const parser = createParser({ onEvent: ({ id, event, data }) => found.push(decodeMessage({ id: id ?? null, type: event ?? '', data }, BOUNDS)) });
  for (const text of examples('sse')) parser.feed(text);
  return found;
}

test('[SRV4] every frame of the page is read as what it is', () => {
  const kinds = messages().map((message) => message.kind);
  expect(new Set(kinds)).toEqual(new Set(['hello', 'event', 'heartbeat', 'checkpoint', 'rotate', 'resync', 'transient']));
  const reasons = messages().flatMap((message) => (message.kind === 'resync' ? message.reason : []));
  expect(new Set(reasons)).toEqual(new Set(RESYNC_REASONS));
});

test('[SRV4] batch, snapshot and problems of the page are read', () => {
  const [filled, resync] = parsed('batch');
  const events = Array.isArray(filled?.['events']) ? filled['events'] : [];
  expect(events.map((event) => typeof decodeEvent(event, BOUNDS))).toEqual(['object']);
  expect(resync).toEqual({ resync: { reason: 'tenant' } });
  expect(parsed('snapshot').map(decodeSnapshot)).toEqual(parsed('snapshot'));
  const problems = parsed('problem').map(decodeProblem);
  expect(problems).toMatchObject([
    { code: 'write/rejected', field: 'plate' },
    { code: 'write/stale', current: { id: 'bay-4', version: 2 } },
  ]);
});

test('[SRV4] the token answer of the page has the fields of a real one', async () => {
  const server = await start();
  const answer = await fetch(`${server.url}/api/v1/token`, { method: 'POST', body: JSON.stringify({ email: 'manager@north', password: PASSWORD }) });
  const [example] = parsed('token');
  expect(Object.keys(example ?? {})).toEqual(Object.keys(await answer.json()));
  expect(decodeSession(example?.['session'])).toEqual(example?.['session']);
});
