// The server as a process: start, kill -9 in the middle of writes, start again, orderly end.
import { createHash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { openStream, temporaryFolder, until } from './harness.ts';
import { exitOf, launch, MANAGER, signIn } from './launch.ts';

interface Ack {
  readonly id: string;
  readonly cursor: string;
}

/** Writes without pause until the server is gone; `heard` is told what was answered. */
async function writeUntilGone(to: { readonly url: string; readonly cookie: string }, worker: number, heard: (ack: Ack) => void): Promise<void> {
  for (let at = 0; ; at++) {
    const id = `w${worker}-${at}`;
    try {
      const body = JSON.stringify({ id, plate: 'K 9', vehicle: '', colour: '', serviceCode: 'body' });
      const answer = await fetch(`${to.url}/api/v1/orders`, { method: 'POST', body, headers: { cookie: to.cookie, 'idempotency-key': id } });
      if (answer.status === 201) heard({ id, cursor: String(answer.headers.get('x-sync-cursor')) });
    } catch {
      return;
    }
  }
}

test('[SLG5] what was answered is there after kill -9 in the middle of writes, and the log has no hole', async () => {
  const dataDir = temporaryFolder();
  const acked: Ack[] = [];
  for (let round = 0; round < 3; round++) {
    const { child, url } = await launch(dataDir);
    const cookie = await signIn(url);
    const enough = acked.length + 15 + round;
    const heard = (ack: Ack) => acked.push(ack) === enough && child.kill('SIGKILL');
    await Promise.all([1, 2, 3, 4].map((worker) => writeUntilGone({ url, cookie }, round * 10 + worker, heard)));
  }
  expect(acked.length).toBeGreaterThan(30);
  const db = new DatabaseSync(join(dataDir, 'holdfast.sqlite'));
  onTestFinished(() => db.close());
  const rows = db.prepare("SELECT seq, chk, body FROM log WHERE tenant = 'nugegoda' ORDER BY seq").all();
  const head = db.prepare("SELECT seq, chk FROM head WHERE tenant = 'nugegoda'").get();
  expect(rows.map((row) => row['seq'])).toEqual(rows.map((_, at) => at + 1));
  let check = '00000000';
  for (const row of rows) {
    check = createHash('sha256')
      .update(check + String(row['body']))
      .digest('hex')
      .slice(0, 8);
    expect(row['chk']).toBe(check);
  }
  expect(head).toEqual({ seq: rows.length, chk: check });
  const created = new Map(
    rows
      .map((row) => JSON.parse(String(row['body'])))
      .filter((event) => event.mutationId)
      .map((event, at) => [event.orderID, at]),
  );
  const documents = new Set(
    db
      .prepare("SELECT id FROM documents WHERE tenant = 'nugegoda' AND collection = 'orders'")
      .all()
      .map((row) => row['id']),
  );
  expect(acked.filter(({ id }) => !created.has(id) || !documents.has(id))).toEqual([]);
  for (const id of created.keys()) expect(documents.has(id)).toBe(true);
  const last = acked.at(-1);
  expect(Number(last?.cursor.split('_')[1])).toBeLessThanOrEqual(rows.length);
  const { url } = await launch(dataDir);
  const again = await fetch(`${url}/api/v1/orders/${last?.id}`, { headers: { cookie: await signIn(url) } });
  expect(again.status).toBe(200);
});

test('[SRV3] SIGTERM says rotate to every stream, then the process ends with 0', async () => {
  const { child, url, output } = await launch(temporaryFolder(), { LOG_LEVEL: 'debug' });
  expect(output()).not.toContain('whose password everybody can read');
  const cookie = await signIn(url);
  const stream = await openStream(`${url}/api/v1/sync/events`, { cookie, accept: 'text/event-stream' });
  await stream.next('connected');
  const exit = exitOf(child);
  child.kill('SIGTERM');
  expect((await stream.next('rotate')).data).toEqual({ reason: 'shutdown', reconnectWithinMs: 500 });
  stream.close();
  expect(await exit).toBe(0);
  expect(output()).toContain(MANAGER);
  const token = cookie.split('=')[1] ?? 'none';
  expect(output()).not.toContain(token);
});

test('[SRV7] what the process makes is for its own user alone, and a demo that other machines can reach is told of', async () => {
  const dataDir = join(temporaryFolder(), 'data');
  const { output } = await launch(dataDir, { TRUST_PROXY: '1' });
  await until(() => output().includes('whose password everybody can read'));
  const modes = ['.', ...readdirSync(dataDir)].map((name) => [name, statSync(join(dataDir, name)).mode & 0o077]);
  expect(modes.map(([name]) => name)).toEqual(expect.arrayContaining(['.', 'holdfast.sqlite', 'holdfast.sqlite-wal', 'push-keys.json']));
  expect(modes.filter(([, others]) => others !== 0)).toEqual([]);
});

test('[SRV3] a setting that can not be read stops the start with its name', async () => {
  await expect(launch(temporaryFolder(), { DEMO_RATE: '0' })).rejects.toThrow("DEMO_RATE=0 can't be used: expected a whole number from 1 to 100.");
  const both = launch(temporaryFolder(), { DEMO_TRAFFIC: 'maybe', PORT: 'x' });
  await expect(both).rejects.toThrow(/^exit 78: [^]*DEMO_TRAFFIC=maybe can't be used: expected one of on, off\.\nPORT=x/);
});

test('[SRV3] the demo moves by itself, through the same door as everybody', async () => {
  const { url } = await launch(temporaryFolder(), { DEMO_TRAFFIC: 'on', DEMO_RATE: '100' });
  const cookie = await signIn(url);
  const stream = await openStream(`${url}/api/v1/sync/events`, { cookie, accept: 'text/event-stream' });
  const events = await stream.events(5);
  for (const { data } of events) expect(data).toMatchObject({ actor: { user: expect.any(String) }, mutationId: expect.any(String) });
});
