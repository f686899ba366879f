// Tells when any of some files last changed; what is missing never changed.
import { readdirSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { root } from './require-node.mjs';

/** Newest modification time, in ms since 1970, of the files and folders named from the project's root; 0 where none is there. */
export function newestChange(paths) {
  return Math.max(0, ...paths.map((path) => newestBelow(resolve(root, path))));
}

function newestBelow(path) {
  const entry = statSync(path, { throwIfNoEntry: false });
  if (!entry) return 0;
  if (!entry.isDirectory()) return entry.mtimeMs;
  return Math.max(entry.mtimeMs, ...readdirSync(path).map((name) => newestBelow(resolve(path, name))));
}
