// Part of `npm run docs:check`: what the pages name between backticks is there (files, folders and npm scripts of the project), and so are the pages that
// sources name; the two closed tables, error codes and settings of the server, are told whole.
import * as fs from 'node:fs';
import { basename, relative, resolve } from 'node:path';
import { root } from './require-node.mjs';

const FOLDERS = 'src|server|sw|worker|tests|scripts|bench|examples|docs|public';
const read = (path) => fs.readFileSync(resolve(root, path), 'utf8');

/** What is wrong with these pages, a sentence each. `pages` are absolute paths. */
export function checkNames(pages) {
  const names = new Set(fs.globSync([`{${FOLDERS.replaceAll('|', ',')}}/**/*`, '*', '.*'], { cwd: root }).map((path) => basename(path)));
  const { scripts } = JSON.parse(read('package.json'));
  const codes = new Set([...errorCodes(), ...matches(read('server/problem.ts'), /'([a-z]+\/[a-z-]+)'/g)]);
  const wrong = pages.flatMap((page) => {
    const text = fs.readFileSync(page, 'utf8');
    const spans = matches(text.replaceAll(/^```[\s\S]*?^```/gm, ''), /`([^`\n]+)`/g).filter((span) => !codes.has(span));
    const paths = spans
      .flatMap((span) => matches(span, new RegExp(`(?:^|[\\s(])((?:${FOLDERS})/[^\\s;:()]+)`, 'g')))
      .filter((path) => !isThere(path.replace(/[,.]$/, '')));
    const files = spans.flatMap((span) => matches(span, /(?:^|[\s(])([\w.-]+\.(?:tsx?|mjs|css|md))\b/g)).filter((name) => !names.has(name));
    const runs = matches(text, /npm run ([\w:-]+)/g).filter((script) => !Object.hasOwn(scripts, script));
    return [...paths, ...files, ...runs.map((script) => `npm run ${script}`)].map((name) => `${relative(root, page)}: there is no ${name}`);
  });
  return [...wrong, ...checkComments(names), ...checkErrors(), ...checkSettings()];
}

/** As it stands, as a module without its ending, as a decision's number, or as a pattern. */
function isThere(path) {
  if (/[*{<]/.test(path)) return fs.globSync(path.replaceAll(/<[^>]*>/g, '*'), { cwd: root }).length > 0;
  return ['', '.ts', '.tsx', '.mjs'].some((ending) => fs.existsSync(resolve(root, path + ending))) || fs.globSync(`${path}-*.md`, { cwd: root }).length > 0;
}

/** Pages that the sources send their readers to. */
function checkComments(names) {
  const sources = fs.globSync(`{${FOLDERS.replaceAll('|', ',')}}/**/*.{ts,tsx,mjs,mts,css}`, { cwd: root });
  return sources.flatMap((path) =>
    matches(read(path), /([\w-]+\.md)\b/g)
      .filter((page) => !names.has(page))
      .map((page) => `${path}: there is no ${page}`),
  );
}

function errorCodes() {
  return matches(read('src/core/sync-error.ts') + read('src/core/final-errors.ts'), /'([a-z]+\/[a-z-]+)'/g);
}

function checkErrors() {
  const retryable = matches(read('src/core/sync-error.ts'), /'([a-z]+\/[a-z-]+)'/g);
  const wanted = new Set(errorCodes().map((code) => `${code} ${retryable.includes(code) ? 'yes' : 'no'}`));
  const rows = [...read('docs/errors.md').matchAll(/^\| `([a-z]+\/[a-z-]+)` \| (yes|no) \|/gm)].map(([, code, again]) => `${code} ${again}`);
  const missing = [...wanted].filter((row) => !rows.includes(row)).map((row) => `docs/errors.md: no row says ${row}`);
  return [...missing, ...rows.filter((row) => !wanted.has(row)).map((row) => `docs/errors.md: the code does not say ${row}`)];
}

/** A page may shorten names of one family: `MAX_STREAMS_PER_TENANT`, `..._USER`. */
function checkSettings() {
  const page = read('docs/operators.md');
  const names = ['settings', 'token-settings'].flatMap((file) => matches(read(`server/${file}.ts`), /read\.\w+\('([A-Z_]+)'/g));
  const isTold = (name) =>
    page.includes(`\`${name}`) || (page.includes(`\`${name.split('_')[0]}_`) && new RegExp(`\`(?:\\.\\.\\.)?_${name.split('_').at(-1)}\``).test(page));
  return names.filter((name) => !isTold(name)).map((name) => `docs/operators.md: ${name} is missing`);
}

function matches(text, pattern) {
  return [...text.matchAll(pattern)].map(([, found]) => found);
}
