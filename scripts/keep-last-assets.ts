// Keeps the assets of the last build beside those of the new one, for one generation: a tab that was opened before a deployment still
// finds the chunks that its page names. Which files are the old ones stands in dist/previous-assets.json.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Plugin } from 'vite';

const LIST = 'previous-assets.json';

/** The Vite plugin; it must stand before the service worker's, which reads the list. */
export function keepLastAssets(): Plugin {
  let outDir = '';
  let kept = new Map<string, Uint8Array>();
  return {
    name: 'holdfast:keep-last-assets',
    apply: 'build',
    configResolved: (config) => void (outDir = resolve(config.root, config.build.outDir)),
    // Vite empties the folder when it writes; at the start the last build still stands there.
    buildStart: () => void (kept = readLastGeneration(outDir)),
    closeBundle: { order: 'pre', sequential: true, handler: () => writeBack(outDir, kept) },
  };
}

/** Names below assets/ of the generation before the one that was built last. */
export function readPreviousAssets(outDir: string): string[] {
  const list = resolve(outDir, LIST);
  const names: unknown = existsSync(list) ? JSON.parse(readFileSync(list, 'utf8')) : [];
  return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : [];
}

function readLastGeneration(outDir: string): Map<string, Uint8Array> {
  const assets = resolve(outDir, 'assets');
  const older = new Set(readPreviousAssets(outDir));
  const last = listAssets(outDir).filter((name) => !older.has(name) && !name.endsWith('.map'));
  return new Map(last.map((name) => [name, readFileSync(resolve(assets, name))]));
}

function writeBack(outDir: string, kept: Map<string, Uint8Array>): void {
  if (!existsSync(outDir)) return;
  const fresh = new Set(listAssets(outDir));
  const gone = [...kept].filter(([name]) => !fresh.has(name));
  mkdirSync(resolve(outDir, 'assets'), { recursive: true });
  for (const [name, content] of gone) writeFileSync(resolve(outDir, 'assets', name), content);
  writeFileSync(resolve(outDir, LIST), JSON.stringify(gone.map(([name]) => name)));
}

function listAssets(outDir: string): string[] {
  const assets = resolve(outDir, 'assets');
  return existsSync(assets) ? readdirSync(assets) : [];
}
