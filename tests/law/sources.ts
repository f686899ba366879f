// The project's sources as text, for the law tests: TypeScript 7 has no compiler API, and a regular expression is enough for laws this plain.
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

/** `path` is from the root, with forward slashes. */
export interface Source {
  readonly path: string;
  readonly text: string;
}

export function readSources(...patterns: string[]): Source[] {
  return patterns.flatMap((pattern) => globSync(pattern)).map((path) => ({ path, text: readFileSync(path, 'utf8') }));
}

/** Paths of our own files that a source imports, in any way that an import is written. Packages are left out, and so are addresses (`?worker&url`). */
export function importsOf({ path, text }: Source): string[] {
  const found = text.matchAll(/(?:\bfrom|\bimport|\bimport\()\s*['"]((?:\.{1,2}|@)\/[^'"]+)['"]/g);
  return [...found]
    .filter(([, target = '']) => !target.endsWith('url'))
    .map(([, target = '']) => (target.startsWith('@/') ? `src/${target.slice(2)}` : normalize(join(dirname(path), target))));
}

/** The part of the project that a path belongs to: `src/core/cursor.ts` is of `core`, `sw/sw.ts` of `sw`. */
export function partOf(path: string): string {
  const [first = '', second = ''] = path.split('/');
  return first === 'src' ? second : first;
}
