// The server as a process: settings from the environment, demo data for an empty database, demo traffic, an orderly end on a signal.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DEMO_SERVICES } from './demo/catalogue.ts';
import { DEMO_ACCOUNTS, DEMO_BUSINESS, DEMO_TENANTS } from './demo/people.ts';
import { seedDemo } from './demo/seed.ts';
import { startTraffic } from './demo/traffic.ts';
import { SettingsError } from './environment.ts';
import { createLogger, describeError } from './log.ts';
import { readSettings, type Settings } from './settings.ts';
import { type HoldfastServer, startServer } from './start-server.ts';

/** With nobody signed in and nothing to drain this is over at once; with streams it takes up to 4 s. */
const EXIT_AFTER_MS = 8_000;
/** `EX_CONFIG` of sysexits.h: starting again without a change leads to the same. */
const EXIT_CONFIG = 78;

async function main(): Promise<void> {
  const settings = readSettings(process.env, join(import.meta.dirname, '..'));
  const log = createLogger(settings.logLevel, (line) => process.stderr.write(line));
  // What is made here holds customers, hashes of passwords and keys: for the server's own user alone.
  process.umask(0o077);
  mkdirSync(settings.dataDir, { recursive: true });
  let isDemo = false;
  const server = await startServer({
    ...settings,
    dbFile: join(settings.dataDir, 'holdfast.sqlite'),
    services: DEMO_SERVICES,
    log,
    prepare: async (store) => {
      isDemo = await seedDemo({ store, now: Date.now });
    },
  });
  const life = new AbortController();
  endOnSignal(life, server);
  process.stdout.write(`${describe(server, settings, isDemo)}\n`);
  if (isDemo && isReachable(settings)) log.error('the demo accounts, whose password everybody can read, can be reached from other machines');
  if (!isDemo || !settings.demo) return;
  const { rate, seed } = settings.demo;
  startTraffic(
    { fetch: async (request) => server.app.fetch(request), origin: server.url, accounts: DEMO_ACCOUNTS, rate, seed, now: Date.now, log },
    life.signal,
  );
}

/** From other machines. */
function isReachable({ host, proxies }: Settings): boolean {
  return proxies > 0 || !/^(localhost|127\..+|::1)$/.test(host);
}

function describe(server: HoldfastServer, { demo }: Settings, isDemo: boolean): string {
  const lines = [`Holdfast is running at ${server.url}`];
  if (!isDemo) return lines.join('\n');
  lines.push('', `Demo sign-ins (${DEMO_BUSINESS}):`);
  for (const tenant of DEMO_TENANTS) {
    lines.push(`  ${tenant.name}`);
    for (const { role, email, password } of DEMO_ACCOUNTS.filter((account) => account.tenant === tenant.id))
      lines.push(`    ${role.padEnd(8)} ${email}  ${password}`);
  }
  lines.push('', demo ? `Demo traffic runs at rate ${demo.rate}; DEMO_TRAFFIC=off stops it.` : 'Demo traffic is off.');
  return lines.join('\n');
}

function endOnSignal(life: AbortController, server: HoldfastServer): void {
  const end = () => {
    if (life.signal.aborted) return;
    life.abort();
    setTimeout(() => process.exit(1), EXIT_AFTER_MS).unref();
    void server.close().then(() => process.exit(0));
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
}

main().catch((error: unknown) => {
  const isSettings = error instanceof SettingsError;
  process.stderr.write(`Holdfast can't start:${isSettings ? `\n${error.message}` : ` ${describeError(error)}`}\n`);
  process.exitCode = isSettings ? EXIT_CONFIG : 1;
});
