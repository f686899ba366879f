// Part of `npm run docs:check`: every ```tsx fence of the README and of docs/ type-checks as it stands, strict, against today's sources.
// A fence that only hints at code is written as ```text. `node scripts/check-snippets.mjs FOLDER` checks the documents of a folder instead, as those are written.
// All of it by name space: Node 20 has no globSync, and must get as far as finding a newer one.
import * as fs from 'node:fs';
import { relative, resolve } from 'node:path';
import { root } from './require-node.mjs';
import { runNode } from './run-child.mjs';

const { mkdirSync, readFileSync, rmSync, writeFileSync } = fs;
const FOLDER = resolve(root, '.cache/snippets');

/** Checks them all; resolves with how many there are and whether all of them hold. What is wrong is printed with page and line. */
export async function checkSnippets() {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  const snippets = fs.globSync(['README.md', 'docs/**/*.md'], { cwd: root }).flatMap(snippetsOf);
  snippets.forEach(({ page, line, code }, index) => writeFileSync(resolve(FOLDER, `${index}.tsx`), `// ${page}:${line}\n${code}\nexport {};\n`));
  const settings = {
    extends: '../../tsconfig.page.json',
    compilerOptions: {
      composite: false,
      incremental: false,
      noEmit: true,
      emitDeclarationOnly: false,
      declaration: false,
      rootDir: '../..',
      paths: { '@/*': ['../../src/*'] },
    },
    include: ['*.tsx', '../../src/*.d.ts'],
    references: [],
  };
  writeFileSync(resolve(FOLDER, 'tsconfig.json'), JSON.stringify(settings));
  const code = await runNode(['node_modules/typescript/bin/tsc', '-p', relative(root, FOLDER)]).ended;
  if (code !== 0) console.error('The first line of each file under .cache/snippets says which page and line it is.');
  return { count: snippets.length, isRight: code === 0 };
}

function snippetsOf(page) {
  const text = readFileSync(resolve(root, page), 'utf8');
  return [...text.matchAll(/^([ ]*)```tsx\n([\s\S]*?)^[ ]*```/gm)].map(({ 1: indent, 2: code, index }) => ({
    page,
    line: text.slice(0, index).split('\n').length + 1,
    code: code.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  }));
}

if (process.argv[2] && resolve(process.argv[1] ?? '') === resolve(root, 'scripts/check-snippets.mjs')) await import('./check-document-fences.mjs');
