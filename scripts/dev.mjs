// `npm run dev`: the application with hot reload, and a server of its own on another port that vite.config.ts proxies /api to.
import { requireNode } from './require-node.mjs';

await requireNode();
const { isPortFree, runNode, stopChild } = await import('./run-child.mjs');

const pagePort = Number(process.env.PORT ?? 5173);
const apiPort = Number(process.env.API_PORT ?? 4174);

for (const [name, port] of [
  ['PORT', pagePort],
  ['API_PORT', apiPort],
]) {
  if (await isPortFree(port)) continue;
  console.error(`Port ${port} is taken. Choose another: ${name}=${port + 100} npm run dev`);
  process.exit(1);
}

const server = runNode(['--watch', '--watch-preserve-output', 'server/main.ts'], { env: { PORT: String(apiPort) } });
const page = runNode(['node_modules/vite/bin/vite.js', '--port', String(pagePort), '--strictPort'], { env: { API_PORT: String(apiPort) } });

// One without the other is of no use: when either ends, so does the other.
process.exitCode = await Promise.race([server.ended, page.ended]);
for (const { child } of [server, page]) stopChild(child);
