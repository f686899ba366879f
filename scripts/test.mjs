// `npm test`: every test there is, and one closing line that counts them. A part that ran nothing is a failure, not a success.
//
//   npm test                            everything
//   npm test -- --only unit             one part: unit, model, browser or faults
//   npm run test:browser                every browser story; `npm test` leaves out those marked @extended
//   npm test tests/protocol             the unit and model tests whose path matches
//   npm run test:faults                 every fault; `npm test` runs those marked @core
//   npm run test:faults -- --list       the faults that there are, and which of them are @core
//   npm run test:faults -- --only N05,N06
//   SCHEDULES=10000 SEED=7 npm run test:model    100,000 schedules of the simulation where nothing else is said; `npm test` takes 2,500
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { requireNode, root } from './require-node.mjs';

await requireNode();
const { runNode } = await import('./run-child.mjs');

const REPORTS = resolve(root, 'test-results');
const PARTS = {
  unit: () => runVitest('unit', ['--exclude', 'tests/model/**', '--exclude', 'src/**']),
  model: () => runVitest('model', ['tests/model/'], only === 'model' && !process.env.SEED ? { SCHEDULES: process.env.SCHEDULES ?? '100000' } : {}),
  browser: () => runPlaywright('browser', only === 'browser' ? [] : ['--grep-invert', '@extended']),
  faults: () => runPlaywright('faults', faultArguments()),
};

const { only, faults, isList, paths } = readArguments(process.argv.slice(2));
if (isList) {
  process.exitCode = await runNode(['node_modules/@playwright/test/cli.js', 'test', '--project=faults', '--list', '--reporter=list']).ended;
  process.exit();
}
mkdirSync(REPORTS, { recursive: true });
const results = await runAll();
const passed = sum(results, 'passed');
const failed = sum(results, 'failed');
for (const { part, complaint } of results) if (complaint) console.error(`${part}: ${complaint}`);
// Set, not called: exit() could cut off what a pipe has not taken yet.
process.exitCode = failed > 0 || results.some(({ complaint }) => complaint) ? 1 : 0;
console.log(`${passed} passed, ${failed} failed`);

async function runAll() {
  if (paths.length > 0) return [await runVitest('named', paths)];
  const done = [];
  const parts = only ? [only] : Object.keys(PARTS);
  const needsBrowser = parts.some((part) => part === 'browser' || part === 'faults');
  if (needsBrowser)
    done.push(
      await prepare('chromium', ['scripts/ensure-browser.mjs']),
      await prepare('build', ['node_modules/vite/bin/vite.js', 'build', '--logLevel', 'warn']),
    );
  for (const part of parts) done.push(await PARTS[part]());
  return done;
}

/** A whole run takes the core of the faults; who asks for faults gets all, or those that are named. */
function faultArguments() {
  if (faults.length > 0) return ['--grep', faults.map((fault) => `FLT-${fault}\\b`).join('|')];
  return only === 'faults' ? [] : ['--grep', '@core'];
}

/** A step that counts no tests but without which the browser tests would test nothing, or something old. */
async function prepare(part, args) {
  const code = await runNode(args).ended;
  return { part, passed: 0, failed: code === 0 ? 0 : 1, complaint: code === 0 ? '' : `ended with ${code}` };
}

async function runVitest(part, args, env = {}) {
  const report = freshReport(`vitest-${part}.json`);
  const code = await runNode(['node_modules/vitest/vitest.mjs', 'run', ...args, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`], {
    env,
  }).ended;
  return judge(
    part,
    code,
    readCounts(report, (json) => ({ passed: json.numPassedTests, failed: json.numFailedTests })),
  );
}

async function runPlaywright(part, more = []) {
  const report = freshReport(`playwright-${part}.json`);
  const code = await runNode(['node_modules/@playwright/test/cli.js', 'test', `--project=${part}`, ...more], { env: { PLAYWRIGHT_JSON_OUTPUT_FILE: report } })
    .ended;
  return judge(
    part,
    code,
    readCounts(report, ({ stats }) => ({ passed: stats.expected, failed: stats.unexpected + stats.flaky })),
  );
}

/** A runner may die after its last test, or before its first: its exit code counts as well as its report. */
function judge(part, code, counts) {
  const { passed, failed } = counts ?? { passed: 0, failed: 0 };
  if (code !== 0 && failed === 0) return { part, passed, failed: 1, complaint: `the runner ended with ${code} outside of any test` };
  if (passed + failed === 0) return { part, passed, failed, complaint: 'ran no test' };
  return { part, passed, failed, complaint: '' };
}

/** Last run's report must not be taken for this one's. */
function freshReport(name) {
  const path = resolve(REPORTS, name);
  rmSync(path, { force: true });
  return path;
}

function readCounts(path, pick) {
  try {
    return pick(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return null;
  }
}

/** `--only` names a part, or faults of the part before it; what is no option is a path. */
function readArguments(args) {
  /** @type {{only: string | null, faults: string[], isList: boolean, paths: string[]}} */
  const read = { only: null, faults: [], isList: false, paths: [] };
  for (let at = 0; at < args.length; at++) {
    if (args[at] === '--list') read.isList = true;
    else if (args[at] === '--only') choose(read, args[++at] ?? '');
    else read.paths.push(args[at]);
  }
  return read;
}

function choose(read, name) {
  const faults = name.split(',');
  if (Object.hasOwn(PARTS, name)) read.only = name;
  else if (faults.every((fault) => /^N\d\d$/.test(fault))) Object.assign(read, { only: 'faults', faults });
  else {
    console.error(`--only takes one of: ${Object.keys(PARTS).join(', ')}, or faults: N05,N06`);
    process.exit(2);
  }
}

function sum(rows, key) {
  return rows.reduce((total, row) => total + row[key], 0);
}
