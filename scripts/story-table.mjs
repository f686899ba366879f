// Runs stories of the browser tests and tells what they found as a table: the fault, how long recovery took, what was lost, doubled or out of order.
// It decides nothing: a story fails by its own expectations.
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { root } from './require-node.mjs';
import { runNode } from './run-child.mjs';

const PLAYWRIGHT = 'node_modules/@playwright/test/cli.js';

/**
 * Builds what is tested, runs the parts (`{project, grep?}`), prints the table. Resolves with the exit code.
 * `--only N05,BRW7` on the command line takes those of them alone.
 */
export async function runStories(parts) {
  for (const step of [['scripts/ensure-browser.mjs'], ['node_modules/vite/bin/vite.js', 'build', '--logLevel', 'warn']])
    if ((await runNode(step).ended) !== 0) return 1;
  const stories = [];
  let code = 0;
  for (const part of parts) {
    const run = await runPart(part);
    stories.push(...run.stories);
    code = Math.max(code, run.code);
  }
  printTable(stories);
  return code === 0 && stories.length > 0 ? 0 : 1;
}

async function runPart({ project, grep }) {
  const report = resolve(root, 'test-results', `stories-${project}.json`);
  mkdirSync(resolve(root, 'test-results'), { recursive: true });
  rmSync(report, { force: true });
  const args = [PLAYWRIGHT, 'test', `--project=${project}`, '--pass-with-no-tests', ...narrow(grep)];
  const code = await runNode(args, { env: { PLAYWRIGHT_JSON_OUTPUT_FILE: report } }).ended;
  return { code, stories: readStories(report) };
}

function narrow(grep) {
  const at = process.argv.indexOf('--only');
  const only = at < 0 ? null : (process.argv[at + 1] ?? '').split(',').join('|');
  const wanted = [grep, only && `\\b(${only})\\b`].filter(Boolean);
  return wanted.length > 0 ? ['--grep', wanted.map((one) => `(?=.*(?:${one}))`).join('')] : [];
}

/** @returns {{title: string, isOk: boolean, notes: {type: string, description?: string}[]}[]} */
function readStories(report) {
  try {
    return JSON.parse(readFileSync(report, 'utf8')).suites.flatMap(storiesOf);
  } catch {
    return [];
  }
}

function storiesOf({ suites = [], specs = [] }) {
  const own = specs.map(({ title, ok, tests }) => ({ title, isOk: ok, notes: tests.flatMap(({ annotations }) => annotations) }));
  return [...own, ...suites.flatMap(storiesOf)];
}

const HEADS = ['story', 'recovery', 'lost', 'doubled', 'out of order', 'result'];

function printTable(stories) {
  const rows = stories.map(toRow);
  const widths = HEADS.map((head, column) => Math.max(head.length, ...rows.map((row) => row[column].length)));
  const line = (row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]))
      .join('  ')
      .trimEnd();
  console.log(['', line(HEADS), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n'));
  const failed = stories.filter(({ isOk }) => !isOk).length;
  console.log(`${stories.length - failed} of ${stories.length} stories kept every promise`);
}

function toRow({ title, isOk, notes }) {
  const textOf = (type) => notes.findLast((note) => note.type === type)?.description;
  const verdict = JSON.parse(textOf('verdict') ?? 'null');
  // A story that counts nothing has its own expectations about each event; only its result is told.
  const counts = verdict ? [verdict.lost, verdict.doubled, verdict.outOfOrder].map(String) : ['-', '-', '-'];
  const name = title.replace(/^@\w+ /, '');
  return [name.length > 90 ? `${name.slice(0, 87)}...` : name, textOf('recovery') ?? '-', ...counts, isOk ? 'ok' : 'FAILED'];
}
