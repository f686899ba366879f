// Makes sure that there is a Chromium for the browser tests: finds one, or installs one, or says what to do and exits 1.
import { spawnSync } from 'node:child_process';
import { requireNode, root } from './require-node.mjs';

await requireNode();
const { findBrowser } = await import('./find-browser.mjs');

const ways = [
  { name: 'apt-get', run: installByApt },
  { name: 'playwright install', run: installByPlaywright },
];

const found = ensure();
if (!found) {
  console.error(
    'No Chromium was found and none could be installed. Install one ("apt-get install chromium", or your own way),\n' +
      'or name the one you have: CHROMIUM_PATH=/path/to/chromium npm test. "npm test -- --only unit" runs without a browser.',
  );
  process.exit(1);
}
console.log(`Chromium: ${found}`);

function ensure() {
  const present = findBrowser();
  if (present || process.env.CHROMIUM_PATH) return present;
  for (const way of ways) {
    console.log(`No Chromium here yet; trying ${way.name} ...`);
    if (!way.run()) continue;
    const installed = findBrowser();
    if (installed) return installed;
  }
  return null;
}

/** Debian and its kin, as root or where sudo asks no password. */
function installByApt() {
  const prefix = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  const apt = (...args) => run([...prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', ...args]);
  return apt('update', '-q') && apt('install', '-q', '-y', '--no-install-recommends', 'chromium', 'fonts-liberation');
}

function installByPlaywright() {
  return run([process.execPath, 'node_modules/@playwright/test/cli.js', 'install', 'chromium']);
}

function run([command, ...args]) {
  return spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] }).status === 0;
}
