// `node bench/server-readers.mjs [readers]`: what readers cost the server, each in a process of its own. First memory: readers that never read a
// byte while megabytes are written. Then CPU: readers that follow, beside a bare node:http broadcaster that writes one shared buffer to all;
// `packed`: the same readers, accepting gzip.
import { fork } from 'node:child_process';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { requireNode } from '../scripts/require-node.mjs';

await requireNode();

const SELF = fileURLToPath(import.meta.url);
const EVENT_BYTES = 290;
const EVENTS = 100;
const role = process.argv[2];
let received = 0;

if (role === 'holdfast' || role === 'bare') await serve(role);
else await measure(Number(role ?? 300));

/** The side that is measured: answers `{rss}` and `{cpu}`, writes events when told. */
async function serve(kind) {
  // Whoever asked is gone: nothing is left behind.
  process.once('disconnect', () => process.exit());
  const server = kind === 'bare' ? await serveBare() : await serveHoldfast();
  process.on('message', async ({ ask, count, bytes }) => {
    if (ask === 'write') await server.write(count, bytes);
    globalThis.gc?.();
    process.send({ rss: process.memoryUsage().rss, cpu: process.cpuUsage(), ...server.state() });
  });
  process.send({ port: server.port, headers: server.headers });
}

async function serveHoldfast() {
  const { startServer } = await import('../server/start-server.ts');
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const server = await startServer({ dbFile: join(folder, 'bench.sqlite'), durability: 'normal', rates: null });
  server.store.createTenant({ id: 't', name: 'T' });
  server.store.users.create({ tenant: 't', user: 'u', name: 'U', role: 'manager', email: 'u@t', passwordHash: '' });
  const cookie = `holdfast_session=${server.store.sessions.open('t', 'u', Date.now())}`;
  return {
    port: server.port,
    headers: { cookie },
    state: () => ({ open: server.hub.clients, cut: server.hub.cutReaders }),
    async write(count, bytes) {
      for (let at = 0; at < count; at++) {
        const fields = { orderID: null, timestamp: '', tenant: 't', actor: null, mutationId: null, changes: [] };
        const body = JSON.stringify({ eventType: 'status_update', data: { text: textOf(bytes, at) }, ...fields });
        const entry = { at: Date.now(), type: 'status_update', orderId: null, mutationId: null, collections: [], body };
        server.hub.publish(
          't',
          server.store.db.transaction(() => server.store.log.append('t', entry)),
        );
        await pause(10);
      }
    },
  };
}

async function serveBare() {
  const open = new Set();
  const http = createServer((_, answer) => {
    answer.writeHead(200, { 'content-type': 'text/event-stream' });
    answer.write(':\n\n');
    open.add(answer);
    answer.once('close', () => open.delete(answer));
  });
  await new Promise((resolve) => http.listen(0, '127.0.0.1', resolve));
  return {
    port: http.address().port,
    headers: {},
    state: () => ({ open: open.size, cut: 0 }),
    async write(count, bytes) {
      for (let at = 0; at < count; at++) {
        // As long as our frame: cursor, prev and the event's own fields.
        const frame = Buffer.from(`id: ${at}\nevent: status_update\ndata: ${JSON.stringify({ text: 'x'.repeat(bytes + 350) })}\n\n`);
        for (const answer of open) answer.write(frame);
        await pause(10);
      }
    },
  };
}

async function measure(readers) {
  const stuck = await start('holdfast');
  const before = await stuck.ask({ ask: 'state' });
  const sockets = open(stuck, readers, false);
  await stuck.until(({ open }) => open === readers);
  const idle = await stuck.ask({ ask: 'state' });
  // 8 MB for each reader: far more than sockets and budget hold.
  const full = await stuck.ask({ ask: 'write', count: 800, bytes: 10_000 });
  const rest = await stuck.ask({ ask: 'write', count: 50, bytes: 10_000 });
  const [connected, written] = [idle, full].map(({ rss }) => Math.round((rss - before.rss) / readers / 1_024));
  report('never read', `${readers} readers: ${connected} kB each when connected, ${written} kB each after 8 MB for each, ${rest.cut} cut`);
  for (const socket of sockets) socket.destroy();
  stuck.stop();

  const costs = {};
  const sizes = {};
  for (const kind of ['bare', 'holdfast', 'packed', 'bare', 'holdfast', 'packed']) {
    const child = await start(kind === 'bare' ? 'bare' : 'holdfast');
    const none = await child.ask({ ask: 'state' });
    received = 0;
    const following = open({ ...child, headers: kind === 'packed' ? { ...child.headers, 'accept-encoding': 'gzip' } : child.headers }, readers, true);
    await child.until(({ open }) => open === readers);
    const from = await child.ask({ ask: 'write', count: 20, bytes: EVENT_BYTES });
    const to = await child.ask({ ask: 'write', count: EVENTS, bytes: EVENT_BYTES });
    const micros = to.cpu.user + to.cpu.system - from.cpu.user - from.cpu.system;
    (costs[kind] ??= []).push(micros / EVENTS / readers);
    sizes[kind] =
      `${Math.round(received / (EVENTS + 20) / readers)} bytes a delivery, hello and padding with it; ${Math.round((to.rss - none.rss) / readers / 1_024)} kB a reader`;
    for (const socket of following) socket.destroy();
    child.stop();
  }
  const best = (kind) => Math.min(...costs[kind]);
  for (const kind of ['bare', 'holdfast', 'packed']) report(kind, sizes[kind]);
  for (const kind of ['bare', 'holdfast', 'packed']) report('CPU', `${kind}: ${costs[kind].map((cost) => cost.toFixed(1)).join(', ')} us a delivery`);
  report('ratio', `${(best('holdfast') / best('bare')).toFixed(2)} (the bar is 1.3; ours also writes each event to the file)`);
}

/** As little alike as the documents of an order are. */
function textOf(bytes, at) {
  return Array.from({ length: Math.ceil(bytes / 8) }, (_, part) => ((at + 1) * (part + 7) * 2_654_435_761).toString(36).slice(-8)).join('');
}

async function start(kind) {
  const child = fork(SELF, [kind], { execArgv: ['--expose-gc'] });
  const next = () => new Promise((resolve) => child.once('message', resolve));
  const { port, headers } = await next();
  const ask = async (message) => {
    const answer = next();
    child.send(message);
    return answer;
  };
  async function until(test) {
    while (!test(await ask({ ask: 'state' }))) await pause(50);
  }
  return { port, headers, ask, until, stop: () => child.kill() };
}

function open({ port, headers }, readers, isReading) {
  const lines = Object.entries({ host: 'x', accept: 'text/event-stream', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  return Array.from({ length: readers }, () => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    if (isReading) socket.on('data', (chunk) => (received += chunk.length));
    else socket.pause();
    socket.write(`GET /api/v1/sync/events HTTP/1.1\r\n${lines.join('')}\r\n`);
    return socket;
  });
}

function report(name, text) {
  console.log(`${name.padEnd(12)} ${text}`);
}

function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
