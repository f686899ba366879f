// Makes sure that a script runs on a Node that can run the sources as they are; it must itself run on any Node from 18 on.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const NEEDED = 24;

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');

/**
 * Resolves when this Node is new enough. Otherwise runs the same script under the Node that `npm install` brought, and exits
 * with its code; where there is none (other systems than Linux on x64), says what to do and exits 1.
 */
export async function requireNode() {
  if (major(process.version) >= NEEDED) return;
  const own = resolve(root, 'node_modules/.bin/node');
  // The marker ends what would go on for ever if that Node were too old as well.
  if (existsSync(own) && !process.env.HOLDFAST_OWN_NODE) process.exit(await runUnder(own));
  console.error(
    `Holdfast needs Node ${NEEDED} or newer; this is ${process.version} at ${process.execPath}.\n` +
      `On Linux x64, "npm install" brings its own. Elsewhere install Node ${NEEDED} or newer, open a new shell and run the command again.`,
  );
  process.exit(1);
}

/** Not spawnSync: this process must stay able to hand on the signal that ends it. */
function runUnder(node) {
  const child = spawn(node, process.argv.slice(1), { stdio: 'inherit', env: { ...process.env, HOLDFAST_OWN_NODE: '1' } });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  return new Promise((done) => {
    child.once('error', () => done(1));
    child.once('exit', (code) => done(code ?? 1));
  });
}

function major(version) {
  return Number(/^v(\d+)\./.exec(version)?.[1] ?? 0);
}
