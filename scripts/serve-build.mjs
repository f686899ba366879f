// The application, or another page of it, in a build of its own on a server of its own: what benches measure and photographs show. The server runs as
// at a user's (heartbeats, durability), without demo traffic unless that is asked for. Imported after requireNode: it reaches for TypeScript sources.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEMO_PASSWORD } from '../server/demo/people.ts';
import { MANAGER } from '../tests/support/page-probes.ts';
import { startServerProcess } from '../tests/support/server-process.ts';
import { runNode } from './run-child.mjs';

/** The page of the browser tests: `globalThis.harness` in place of screens. */
export const HARNESS = 'tests/browser/harness/vite.config.ts';

/** A manager of the demo data. */
export const PERSON = { email: MANAGER, password: DEMO_PASSWORD };

const AS_USERS_HAVE_IT = { HEARTBEAT_MS: '15000', DURABILITY: 'full' };

/** Builds by `config` (default: the application's) into a folder; throws when that fails, which has been said then. */
export async function buildInto(outDir, config = 'vite.config.ts') {
  const code = await runNode(['node_modules/vite/bin/vite.js', 'build', '--logLevel', 'warn', '-c', config, '--outDir', outDir, '--emptyOutDir'], {
    quiet: true,
  }).ended;
  if (code !== 0) throw new Error(`The build of ${config} failed`);
}

/** Builds, and starts the server; `dispose` of what it answers removes both. `env` is the server's environment (docs/operators.md). */
export async function serveBuild({ config, env = {} } = {}) {
  const distDir = mkdtempSync(join(tmpdir(), 'holdfast-build-'));
  const removeBuild = () => rmSync(distDir, { recursive: true, force: true });
  try {
    await buildInto(distDir, config);
    const server = await startServerProcess({ distDir, env: { ...AS_USERS_HAVE_IT, ...env } });
    return { ...server, dispose: () => server.dispose().finally(removeBuild) };
  } catch (error) {
    removeBuild();
    throw error;
  }
}

/** As a person does, in the form that the page shows. */
export async function signInByForm(page, { email, password } = PERSON) {
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.locator('.indicator[data-state="live"]').waitFor({ timeout: 60_000 });
}
