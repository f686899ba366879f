// `node scripts/check-document-fences.mjs FOLDER`: type-checks every ts and tsx fence of the documents in a folder against today's sources, as the
// documents are written: strict off, `@/*` is src/*. What a fence leaves to its reader is `any`; a fence that is a fragment is wrapped.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { spawnSync } from 'node:child_process';
import { root } from './require-node.mjs';

const FOLDER = resolve(root, '.cache/documents');
const TSC = 'node_modules/typescript/bin/tsc';
/** Modules of the reader's own project, and of tests. */
const AMBIENT = `declare module 'next/navigation' { export const useRouter: any; export const useParams: any }
declare module 'next/server' { export const NextRequest: any; export type NextRequest = any; export const NextResponse: any; }
declare namespace JSX { interface IntrinsicElements { [name: string]: any } }
declare const process: { readonly env: Record<string, string | undefined> };
declare const jest: { fn(...given: any[]): any; mock(...given: any[]): any; clearAllMocks(): void };
declare const global: any;
`;
/** What a reader's test set-up adds to `expect`. */
const MATCHERS = `import 'vitest';
declare module 'vitest' { interface Assertion { toHaveTextContent(text: string): void; toBeInTheDocument(): void } }
`;
/** Hooks that the documents use without an import. */
const REACT = ['useState', 'useEffect', 'useCallback', 'useMemo', 'useRef', 'useContext'];

/** How a fence may be read, the most literal first. */
const READINGS = [
  (code) => code,
  (code) => `async function fragment() {\n${code}\n}`,
  (code) => `const fragment = (\n<>\n${code}\n</>\n);`,
  (code) => `const fragment = (\n${closed(code)}\n);`,
  (code) => `const fragment = (${code}\n);`,
  (code) => `const fragment = {\n${code}\n};`,
  (code) => `class Fragment {\n${code}\n}`,
];

const folder = process.argv[2];
if (!folder) throw new Error('Usage: node scripts/check-document-fences.mjs FOLDER');
rmSync(FOLDER, { recursive: true, force: true });
mkdirSync(FOLDER, { recursive: true });
writeFileSync(resolve(FOLDER, 'tsconfig.json'), JSON.stringify(settings()));
writeFileSync(resolve(FOLDER, 'ambient.d.ts'), AMBIENT);
writeFileSync(resolve(FOLDER, 'matchers.d.ts'), MATCHERS);
const fences = readdirSync(resolve(folder))
  .filter((name) => /\.(md|txt)$/.test(name))
  .toSorted()
  .flatMap(fencesOf);
let pending = fences.map((fence) => ({ ...fence, names: [] }));
const failures = new Map();

for (const reading of READINGS) {
  const rejected = check(pending, reading);
  for (const [fence, errors] of rejected) if (!failures.has(fence.key) || isNearer(errors, failures.get(fence.key))) failures.set(fence.key, errors);
  const isRejected = new Set([...rejected.keys()].map(({ key }) => key));
  for (const { key } of pending) if (!isRejected.has(key)) failures.delete(key);
  pending = pending.filter(({ key }) => isRejected.has(key)).map((fence) => ({ ...fence, names: [] }));
}
for (const { key } of pending) console.error(`${key}\n  ${failures.get(key).join('\n  ')}`);
console.log(`${fences.length - pending.length} of ${fences.length} fences of ${folder} type-check`);
process.exitCode = pending.length === 0 && fences.length > 0 ? 0 : 1;

/** Syntax errors say that the fence is read wrongly; the errors of the best reading are worth showing. */
function isNearer(errors, best) {
  return errors.filter(isSyntax).length < best.filter(isSyntax).length;
}

/** What still fails once each name that nobody declares is the reader's own. */
function check(list, reading) {
  let open = list;
  const rejected = new Map();
  // Names show up in rounds: a fence is checked again with those of the last.
  for (let round = 0; round < 4 && open.length > 0; round++) {
    for (const fence of open) writeFileSync(resolve(FOLDER, `${fence.key}.tsx`), source(fence, reading));
    const { found, wrong } = compileWhole(open);
    const again = [];
    for (const fence of open) {
      if (wrong.has(fence)) {
        rejected.set(fence, wrong.get(fence));
        continue;
      }
      const errors = found.get(fence.key) ?? [];
      const names = [
        ...new Set(
          errors.flatMap(
            (line) =>
              /TS(?:2304|2552|18004|2503): (?:Cannot find name|No value exists in scope for the shorthand property|Cannot find namespace) '([\w$]+)'/.exec(
                line,
              )?.[1] ?? [],
          ),
        ),
      ];
      const unknown = names.filter((name) => !fence.names.includes(name));
      if (errors.length === 0) rejected.delete(fence);
      else rejected.set(fence, errors);
      if (unknown.length > 0) again.push(Object.assign(fence, { names: [...fence.names, ...unknown] }));
    }
    open = again;
  }
  for (const fence of list) rmSync(resolve(FOLDER, `${fence.key}.tsx`), { force: true });
  return rejected;
}

/** The compiler looks at no types while one file can't be parsed: those go first. */
function compileWhole(list) {
  const wrong = new Map();
  for (;;) {
    const found = compile();
    const unread = list.filter((fence) => !wrong.has(fence) && (found.get(fence.key) ?? []).some(isSyntax));
    if (unread.length === 0) return { found, wrong };
    for (const fence of unread) {
      wrong.set(fence, found.get(fence.key));
      rmSync(resolve(FOLDER, `${fence.key}.tsx`));
    }
  }
}

function isSyntax(line) {
  return /error TS(?:1\d{3}|17\d{3}):/.test(line);
}

function source({ code, names }, reading) {
  const react = REACT.filter((name) => names.includes(name));
  const free = names.filter((name) => !REACT.includes(name)).map((name) => `declare const ${name}: any; type ${name} = any;`);
  return [react.length > 0 ? `import { ${react.join(', ')} } from 'react';` : '', ...free, reading(code), 'export {};'].join('\n');
}

/** An element that a document opens and leaves open. */
function closed(code) {
  const open = [];
  for (const [, end, name, self] of code.replaceAll(/=>/g, '').matchAll(/<(\/?)([A-Z]\w*)((?:\{[^}]*\}|[^<>{}]|\{\{[\s\S]*?\}\})*)>/g))
    if (end) open.pop();
    else if (!self.trimEnd().endsWith('/')) open.push(name);
  return (
    code +
    open
      .toReversed()
      .map((name) => `</${name}>`)
      .join('')
  );
}

function compile() {
  const { stdout } = spawnSync(process.execPath, [TSC, '-p', relative(root, FOLDER), '--pretty', 'false'], { cwd: root, encoding: 'utf8' });
  const found = new Map();
  for (const line of stdout.split('\n')) {
    const [, key, rest] = /([\w-]+)\.tsx(\(\d+,\d+\): error .*)$/.exec(line) ?? [];
    if (key && line.includes('.cache/documents')) found.set(key, [...(found.get(key) ?? []), rest]);
  }
  return found;
}

function fencesOf(name) {
  const text = readFileSync(resolve(folder, name), 'utf8');
  return [...text.matchAll(/^([ ]*)```(?:tsx|typescript|ts)\n([\s\S]*?)^[ ]*```/gm)].map(({ 1: indent, 2: code, index }) => ({
    key: `${name.replace(/\W.*$/, '')}-line-${text.slice(0, index).split('\n').length}`,
    code: code.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  }));
}

function settings() {
  const types = ['vite/client', 'vitest/globals', 'react', 'react-dom', 'node'];
  const loose = { strict: false, noUnusedLocals: false, noUnusedParameters: false, noUncheckedIndexedAccess: false, exactOptionalPropertyTypes: false };
  const whole = { composite: false, incremental: false, noEmit: true, emitDeclarationOnly: false, declaration: false, rootDir: '../..' };
  const lenient = {
    noImplicitOverride: false,
    noFallthroughCasesInSwitch: false,
    verbatimModuleSyntax: false,
    erasableSyntaxOnly: false,
    isolatedModules: false,
  };
  return {
    extends: '../../tsconfig.page.json',
    compilerOptions: { ...loose, ...whole, ...lenient, types, paths: { '@/*': ['../../src/*'] } },
    include: ['*.tsx', '*.d.ts', '../../src/*.d.ts'],
    references: [],
  };
}
