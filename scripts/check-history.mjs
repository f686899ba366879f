// Judges histories of runs by the oracle's rules: node scripts/check-history.mjs FILE
//
//   [{"name", "cfg"?, "history": [records in order], "rules": ["R2", ...] | "error": {"record", "field"}}]
//
// `rules` is the exact set of rules that must be reported broken, [] for none. `cfg` replaces constants (EPS, RYW, HANDOVER, STATUS, HB, HB_DEAD, REQ10,
// order, keepOnLogout, spreadMs, bounds). A rule that has no tape to judge by is unknown, which is no violation. `error` expects a history that can't be read.
// Add "vacuous" to `rules` to have it judged as a whole run, which needs enough deliveries, marks of its faults, and a tab that lives.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { requireNode } from './require-node.mjs';

/** Judges one case; what differs from what it expects, none when it is met. */
export async function checkCase(one) {
  const { HistoryError } = await import('../tests/support/history/record.ts');
  const { judge } = await import('../tests/support/history/judge.ts');
  const { name = 'unnamed', cfg, history, rules = [], error } = one ?? {};
  if (!Array.isArray(rules) || rules.some((rule) => typeof rule !== 'string')) return { name, complaints: ['rules should be a list of rule ids'] };
  try {
    const verdict = judge(history, cfg);
    if (error) return { name, complaints: ['was read, and should have been refused'], verdict };
    return { name, complaints: differences(verdict, rules), verdict };
  } catch (thrown) {
    if (!(thrown instanceof HistoryError)) throw thrown;
    const isExpected = error && error.record === thrown.record && thrown.field.split(' ').at(-1) === error.field;
    return { name, complaints: isExpected ? [] : [thrown.message] };
  }
}

function differences({ violations, vacuous }, rules) {
  const wanted = new Set(rules.map(wholeRule));
  const found = Map.groupBy(violations, ({ rule }) => rule);
  if (wanted.has('vacuous') && vacuous.length > 0)
    found.set(
      'vacuous',
      vacuous.map((detail) => ({ where: 'the run', detail })),
    );
  const missing = [...wanted].filter((rule) => !found.has(rule)).map((rule) => `${rule} is not reported`);
  const extra = [...found].filter(([rule]) => !wanted.has(rule));
  return [...missing, ...extra.map(([rule, [{ where, detail }]]) => `${rule} is reported: ${where}: ${detail}`)];
}

/** R6c and R7a are sentences of R6 and R7, which are what is reported; R2e, R7s and R13p are rules of their own. */
function wholeRule(rule) {
  return rule.replace(/^(R6|R7)[a-e]$/, '$1');
}

/** Judges all; resolves with the exit code. */
export async function checkHistories(cases, say = console) {
  let passed = 0;
  for (const one of cases) {
    const { name, complaints } = await checkCase(one);
    for (const complaint of complaints) say.error(`${name}: ${complaint}`);
    if (complaints.length === 0) passed++;
  }
  say.log(`${passed} of ${cases.length} histories`);
  return passed === cases.length && passed > 0 ? 0 : 1;
}

async function main(file) {
  if (!file) {
    console.error('Usage: node scripts/check-history.mjs FILE');
    return 2;
  }
  try {
    const read = JSON.parse(readFileSync(file, 'utf8'));
    const cases = Array.isArray(read) ? read : (read?.histories ?? read?.cases);
    if (Array.isArray(cases)) return await checkHistories(cases);
    console.error(`${file} holds no list of histories`);
  } catch (error) {
    if (!(error instanceof SyntaxError) && error?.code === undefined) throw error;
    console.error(`${file} can't be read: ${error.message}`);
  }
  return 2;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await requireNode();
  process.exitCode = await main(process.argv[2]);
}
