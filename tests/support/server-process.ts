// The real server as a process of its own, over a real SQLite file in a folder of its own: what a test can kill, restart and look into.
// It never shares a port, a folder or a process with another test.
import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DatabaseSync } from 'node:sqlite';
import { createRestUser, OUTSIDE, type RestUser } from './rest-user.ts';
import type { ServerApply, ServerEvent } from './tape.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const START_MS = 20_000;

export interface ServerOptions {
  /** Folder of the built application that it serves. */
  readonly distDir: string;
  /** Bursts of thousands of writes are made here: DURABILITY=normal survives the death of the process, which is what is tested. Further environment: HEARTBEAT_MS, DEMO_TRAFFIC=on (off otherwise), RETENTION_MAX_EVENTS... */
  readonly env?: Readonly<Record<string, string>>;
}

export interface ServerProcess {
  /** The same through all restarts. */
  readonly url: string;
  readonly dataDir: string;
  /** Starts it again after a kill or stop, over what its folder holds. */
  start(): Promise<void>;
  /** `kill -9`. */
  kill(): Promise<void>;
  /** SIGTERM: the orderly end, with `rotate` to its streams. */
  stop(): Promise<void>;
  /** For what a test gave it to listen for. */
  signal(signal: NodeJS.Signals): void;
  /** Stopped, its files put aside; the returned function puts them back (an operator restores a backup). */
  backup(): Promise<() => void>;
  /** The log as the file has it. */
  events(tenant: string): readonly ServerEvent[];
  /** What became of the writes of pages: the answers that are kept under their keys. */
  applies(tenant: string): readonly ServerApply[];
  /** Runs SQL on the file; the server must be stopped. */
  edit(sql: string): void;
  /** A person with a session, outside of the browser. */
  signIn(email: string): Promise<RestUser>;
  /** Kills it and removes its folder. */
  dispose(): Promise<void>;
}

export async function startServerProcess({ distDir, env = {} }: ServerOptions): Promise<ServerProcess> {
  const dataDir = mkdtempSync(join(tmpdir(), 'holdfast-server-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const dbFile = join(dataDir, 'holdfast.sqlite');
  let child: ChildProcess | null = null;
  const backups: string[] = [];

  async function start(): Promise<void> {
    const settings = { PORT: String(port), DATA_DIR: dataDir, DIST_DIR: distDir, DEMO_TRAFFIC: 'off', HEARTBEAT_MS: '1000', DURABILITY: 'normal', ...env };
    const started = spawn(process.execPath, ['server/main.ts'], { cwd: PROJECT, env: { ...process.env, ...settings }, stdio: ['ignore', 'pipe', 'pipe'] });
    child = started;
    await saysItRuns(started);
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    const ending = child;
    child = null;
    if (!ending || ending.exitCode !== null || ending.signalCode !== null) return;
    const ended = new Promise((resolve) => ending.once('exit', resolve));
    ending.kill(signal);
    await ended;
  }

  // A run that is cut short leaves no server behind.
  const onExit = (): void => void child?.kill('SIGKILL');
  process.once('exit', onExit);
  await start();
  return {
    url,
    dataDir,
    start,
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
    signal: (signal) => void child?.kill(signal),
    async backup() {
      const copy = mkdtempSync(join(tmpdir(), 'holdfast-backup-'));
      backups.push(copy);
      cpSync(dataDir, copy, { recursive: true });
      return () => {
        rmSync(dataDir, { recursive: true, force: true });
        cpSync(copy, dataDir, { recursive: true });
      };
    },
    events: (tenant) => readEvents(dbFile, tenant),
    applies: (tenant) => readApplies(dbFile, tenant),
    edit(sql) {
      const db = new DatabaseSync(dbFile);
      db.exec(sql);
      db.close();
    },
    signIn: (email) => createRestUser(url, email),
    async dispose() {
      await end('SIGKILL');
      process.off('exit', onExit);
      for (const folder of [dataDir, ...backups]) rmSync(folder, { recursive: true, force: true });
    },
  };
}

function saysItRuns(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    const timer = setTimeout(() => reject(new Error(`The server said nothing for ${START_MS} ms: ${said}`)), START_MS);
    const hear = (chunk: Buffer) => {
      said += String(chunk);
      if (!said.includes('is running at')) return;
      clearTimeout(timer);
      resolve();
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', (chunk: Buffer) => (said += String(chunk)));
    child.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`The server ended with ${code}: ${said}`));
    });
  });
}

function readEvents(file: string, tenant: string): ServerEvent[] {
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    const head = db.prepare('SELECT epoch FROM head WHERE tenant = ?').get(tenant);
    const rows = db.prepare('SELECT seq, chk, at, type, order_id, mutation_id, body FROM log WHERE tenant = ? ORDER BY seq').all(tenant);
    return rows.map((row) => ({
      tenant,
      epoch: String(head?.['epoch']),
      seq: Number(row['seq']),
      hash: String(row['chk']),
      t: Number(row['at']),
      type: String(row['type']),
      orderID: row['order_id'] === null ? null : String(row['order_id']),
      mutId: row['mutation_id'] === null ? null : String(row['mutation_id']),
    }));
  } finally {
    db.close();
  }
}

function readApplies(file: string, tenant: string): ServerApply[] {
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    const rows = db
      .prepare(
        `SELECT i.user, i.key, i.status, i.etag, i.at, l.order_id FROM idempotency i LEFT JOIN log l ON l.tenant = i.tenant AND l.mutation_id = i.key
         WHERE i.tenant = ? AND i.key NOT LIKE '${OUTSIDE}%' ORDER BY i.at, l.seq`,
      )
      .all(tenant);
    return rows.map((row) => ({
      tenant,
      user: String(row['user']),
      mutId: String(row['key']),
      t: Number(row['at']),
      orderID: row['order_id'] === null ? null : String(row['order_id']),
      outcome: outcomeOf(Number(row['status'])),
      version: row['etag'] === null ? null : Number(String(row['etag']).replaceAll('"', '')),
    }));
  } finally {
    db.close();
  }
}

function outcomeOf(status: number): ServerApply['outcome'] {
  if (status < 300) return 'applied';
  return status === 412 || status === 409 ? 'conflict' : 'rejected';
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
