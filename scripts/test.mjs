// `npm test`: every test there is, and one closing line that counts them. A part that ran nothing is a failure, not a success.
//
//   npm test                            everything
//   npm test -- --only unit             one part: unit, model, browser or faults
//   npm test tests/protocol             the unit and model tests whose path matches
//   SCHEDULES=10000 SEED=7 npm test -- --only model
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { requireNode, root } from './require-node.mjs';

await requireNode();
const { runNode } = await import('./run-child.mjs');

const REPORTS = resolve(root, 'test-results');
const PARTS = {
  unit: () => runVitest('unit', ['--exclude', 'tests/model/**', '--exclude', 'src/**']),
  model: () => runVitest('model', ['tests/model/']),
  browser: () => runPlaywright('browser'),
  faults: () => runPlaywright('faults'),
};

const { only, paths } = readArguments(process.argv.slice(2));
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

/** A step that counts no tests but without which the browser tests would test nothing, or something old. */
async function prepare(part, args) {
  const code = await runNode(args).ended;
  return { part, passed: 0, failed: code === 0 ? 0 : 1, complaint: code === 0 ? '' : `ended with ${code}` };
}

async function runVitest(part, args) {
  const report = freshReport(`vitest-${part}.json`);
  const code = await runNode(['node_modules/vitest/vitest.mjs', 'run', ...args, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`]).ended;
  return judge(
    part,
    code,
    readCounts(report, (json) => ({ passed: json.numPassedTests, failed: json.numFailedTests })),
  );
}

async function runPlaywright(part) {
  const report = freshReport(`playwright-${part}.json`);
  const code = await runNode(['node_modules/@playwright/test/cli.js', 'test', `--project=${part}`], { env: { PLAYWRIGHT_JSON_OUTPUT_FILE: report } }).ended;
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

function readArguments(args) {
  const at = args.indexOf('--only');
  const chosen = at < 0 ? null : args[at + 1];
  if (at >= 0 && !Object.hasOwn(PARTS, chosen ?? '')) {
    console.error(`--only takes one of: ${Object.keys(PARTS).join(', ')}`);
    process.exit(2);
  }
  return { only: chosen, paths: args.filter((_, index) => at < 0 || (index !== at && index !== at + 1)) };
}

function sum(rows, key) {
  return rows.reduce((total, row) => total + row[key], 0);
}
