// kill -9 of the real server between every two steps by which one write is stored: before each statement, before the commit, and behind it.
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { temporaryFolder } from './harness.ts';
import { exitOf, launch, signIn } from './launch.ts';

const DIE = join(import.meta.dirname, 'die-at-step.ts');
/** More statements than a write has. */
const MOST_STEPS = 40;

/** A server that dies at step `at` of the write of that name. */
async function launchDying(dataDir: string, at: number) {
  const { child, url } = await launch(dataDir, { DIE_KEY: `key-${at}`, DIE_AT: String(at), DURABILITY: 'normal' }, DIE);
  return { url, ended: exitOf(child) };
}

/** The write of step `at`; null where the server died instead of answering. */
async function write(url: string, cookie: string, at: number) {
  const body = JSON.stringify({ id: `order-at-${at}`, plate: 'K 9', vehicle: '', colour: '', serviceCode: 'body', customer: { name: 'N', phone: '' } });
  const headers = { cookie, 'idempotency-key': `key-${at}` };
  const answer = await fetch(`${url}/api/v1/orders`, { method: 'POST', body, headers }).catch(() => null);
  return answer && { status: answer.status, isReplay: answer.headers.get('idempotency-replayed') === 'true', cursor: answer.headers.get('x-sync-cursor') };
}

/** What the file holds of one write, as [orders, events, kept answers], and of all of them. */
function stored(dataDir: string, at: number) {
  const db = new DatabaseSync(join(dataDir, 'holdfast.sqlite'), { readOnly: true });
  const count = (sql: string, ...values: string[]) => Number(db.prepare(sql).get(...values)?.['n']);
  try {
    const write = [
      count("SELECT count(*) AS n FROM documents WHERE collection = 'orders' AND id = ?", `order-at-${at}`),
      count('SELECT count(*) AS n FROM log WHERE mutation_id = ?', `key-${at}`),
      count('SELECT count(*) AS n FROM idempotency WHERE key = ?', `key-${at}`),
    ];
    const events = count("SELECT count(*) AS n FROM log WHERE tenant = 'nugegoda'");
    return {
      write,
      events,
      head: count("SELECT seq AS n FROM head WHERE tenant = 'nugegoda'"),
      payments: count("SELECT count(*) AS n FROM documents WHERE collection = 'payments'"),
    };
  } finally {
    db.close();
  }
}

test('[WRT10] a server killed between any two steps of a write has all of it or nothing, and its repetition is one write', async () => {
  const dataDir = temporaryFolder();
  const wholeAt: number[] = [];
  let server = await launchDying(dataDir, 0);
  // The session outlives its server as well.
  const cookie = await signIn(server.url);
  let at = 0;
  for (; at < MOST_STEPS; at++) {
    const before = stored(dataDir, at);
    const answer = await write(server.url, cookie, at);
    if (answer) {
      expect(answer).toMatchObject({ status: 201, isReplay: false });
      break;
    }
    await server.ended;
    const after = stored(dataDir, at);
    const isWhole = after.write[0] === 1;
    expect(after.write).toEqual(isWhole ? [1, 1, 1] : [0, 0, 0]);
    if (isWhole) wholeAt.push(at);
    server = await launchDying(dataDir, at + 1);
    expect(await write(server.url, cookie, at)).toMatchObject({ status: 201, isReplay: isWhole });
    expect(stored(dataDir, at)).toEqual({ write: [1, 1, 1], events: before.events + 1, head: before.head + 1, payments: before.payments + 1 });
  }
  // Savepoint, number, four documents, head and event, release, kept answer, commit, and behind it.
  expect(at).toBeGreaterThan(10);
  expect(wholeAt).toEqual([at - 1]);
}, 120_000);
