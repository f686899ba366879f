// `npm start`: builds the application where its build is missing or older than its sources, then becomes the server, on one port.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { requireNode, root } from './require-node.mjs';

await requireNode();
const { isPortFree, runNode } = await import('./run-child.mjs');
const { newestChange } = await import('./newest-change.mjs');

/** What the build is made of. */
const SOURCES = ['src', 'worker', 'sw', 'public', 'index.html', 'vite.config.ts', 'scripts/sw-plugin.ts', 'package-lock.json'];

const port = Number(process.env.PORT ?? 4173);

if (!Number.isInteger(port) || port < 0 || port > 65_535) stop(`PORT is "${process.env.PORT}"; it must be a number from 0 to 65535.`);
if (isBuildStale()) await build();
if (port !== 0 && !(await isPortFree(port))) stop(`Port ${port} is taken. Stop what listens there, or choose another: PORT=${port + 27} npm start`);

// In this process and not in a child: a signal then reaches the server once, and kill -9 leaves nothing behind.
process.chdir(root);
process.env.PORT = String(port);
await import(pathToFileURL(resolve(root, 'server/main.ts')).href);

function isBuildStale() {
  return !existsSync(resolve(root, 'dist/index.html')) || newestChange(SOURCES) > newestChange(['dist/index.html']);
}

async function build() {
  console.log('Building the application (a few seconds) ...');
  const code = await runNode(['node_modules/vite/bin/vite.js', 'build', '--logLevel', 'warn']).ended;
  if (code !== 0) stop('The build failed; its message stands above.', code);
}

function stop(message, code = 1) {
  console.error(message);
  process.exit(code);
}
