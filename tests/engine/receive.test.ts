// Who has a say: whatever a transport hands on late or out of turn, only the one admitted attempt reaches ingest.
import { expect, test } from 'vitest';
import { POLICY } from '../../src/core/policy.ts';
import { startConnection, type Connection, type ConnectionInput } from '../../src/core/connection.ts';
import { createCounters } from '../../src/engine/counters.ts';
import type { Ingest } from '../../src/engine/ingest.ts';
import { createReceiver } from '../../src/engine/receive.ts';
import { cursorAt, eventAt } from '../support/sample-events.ts';
import { silentLog } from '../transport/answering-server.ts';

const memory = { ...startConnection({ hasCursor: true }, POLICY).memory, attempt: 7, last: 8 };
const poll = { attempt: 8, nextAt: 0, failed: 0, isProven: true, askedAt: 0, wantedAt: Infinity };
const POLLING: Connection = { at: 'polling_fallback', reason: 'mute', poll, probe: { since: 0, isSent: true }, memory };
const CONNECTED: Connection = { at: 'connected', since: 0, rotateAt: null, memory };

function receiverAt(state: Connection) {
  const heard: string[] = [];
  const counters = createCounters(null);
  const note = (what: string) => () => void heard.push(what);
  const ingest = { arrive: note('arrive'), heartbeat: note('heartbeat') } as unknown as Ingest;
  const receive = createReceiver(
    {
      ingest,
      identity: { baseUrl: '', tenant: 't1', user: 'ann', device: 'd' },
      counters,
      log: silentLog,
      random: { number: () => 0, id: () => '' },
      state: () => state,
      failure: (attempt, cause): ConnectionInput => ({ type: 'failed', attempt, cause, retryAfterMs: null, random: 0 }),
    },
    { input: ({ type }) => void heard.push(type), greeted: () => {}, transient: note('transient'), changed: () => {} },
  );
  return { receive, heard, late: () => counters.totals()['notAdmitted'] ?? 0 };
}

test('[POL4] while polling the poll under way is admitted, and neither the stream beside it nor an older poll', () => {
  const { receive, heard, late } = receiverAt(POLLING);
  for (const attempt of [8, 7, 6]) void receive(attempt, { kind: 'event', event: eventAt(1) });
  expect([heard, late()]).toEqual([['arrive'], 2]);
});

test('[POL4] once a stream greeted, what a poll still brings is counted and goes no further', () => {
  const { receive, heard, late } = receiverAt(CONNECTED);
  void receive(8, { kind: 'event', event: eventAt(1) });
  void receive(8, { kind: 'checkpoint', checkpoint: { prev: cursorAt(0), id: cursorAt(9) } });
  void receive(8, { kind: 'resync', reason: 'forked' });
  void receive(7, { kind: 'event', event: eventAt(1) });
  expect([heard, late()]).toEqual([['arrive'], 2]);
});
