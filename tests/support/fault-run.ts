// One run with a fault in it: server, proxy and tabs, the fault's beginning and end on the tape, a probe at its end, and the judgement with
// the fault's bound. Bounds are the oracle's; to each is added what this machine needs for three probes without any fault.
import { expect } from '@playwright/test';
import { boundOf, configOf } from './history/config.ts';
import type { HistoryRecord } from './history/record.ts';
import { checkHistory } from './history-checker.ts';
import { onWallClock } from './crash-story.ts';
import { readScopes } from './disk-reader.ts';
import { MANAGER, orderTruth, probe, TENANT, waitForLabel } from './page-probes.ts';
import type { BrowserSession, Tab } from './browser-session.ts';
import type { Stage } from './browser-test.ts';
import type { FaultProxy } from './fault-proxy.ts';
import type { RestUser } from './rest-user.ts';
import type { ServerProcess } from './server-process.ts';
import type { Verdict } from './verdict.ts';

export const HEARTBEAT_MS = 1_000;
export const DEAD_MS = 2.5 * HEARTBEAT_MS;

export interface FaultRunOptions {
  readonly tabs?: readonly string[];
  /** Query of the harness page: `?host=elected`, `?policy.maxDelayMs=1000`. */
  readonly query?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Folder that the server serves; default: the harness. */
  readonly distDir?: string;
}

export interface FaultRun {
  readonly server: ServerProcess;
  readonly proxy: FaultProxy;
  readonly browser: BrowserSession;
  /** Those that are open now. */
  tabs(): readonly Tab[];
  tab(name: string): Tab;
  readonly user: RestUser;
  /** Streams that were ever opened through the proxy. */
  opened(): number;
  /** Says on the tape that a fault begins. */
  begin(fault: string, args?: object): void;
  /** Says that it ends, publishes the probe at once and waits until every tab has it; how long the last one took, ms. */
  end(fault: string, args?: object): Promise<number>;
  /** The judgement, with the disk and the server's orders where the browser is up. Throws nothing; the caller expects. */
  judge(): Promise<Verdict>;
}

/** The judge holds it against the bound; this only ends a run that never recovers. */
const UNBOUNDED_MS = 45_000;

export async function startFaultRun(stage: Stage, { tabs: names = ['a', 'b'], query = '', env = {}, distDir }: FaultRunOptions = {}): Promise<FaultRun> {
  const server = await stage.server({ env: { HEARTBEAT_MS: String(HEARTBEAT_MS), ...env }, ...(distDir === undefined ? {} : { distDir }) });
  const proxy = await stage.proxy(server.url);
  const browser = await stage.browser(proxy.url);
  const [first = 'a', ...others] = names;
  await browser.openAs(first, MANAGER, query);
  for (const name of others) await browser.open(name, query);
  for (const tab of browser.tabs()) await waitForLabel(tab, 'Live');
  const user = await server.signIn(MANAGER);
  const allowance = 3 * (await probe(user, browser.tabs()));
  const faults: HistoryRecord[] = [];
  const bounds: Record<string, number | null> = {};

  return {
    server,
    proxy,
    browser,
    tabs: () => browser.tabs(),
    tab: (name) => browser.tabs().find((tab) => tab.name === name) ?? missing(name),
    user,
    opened: () => proxy.records.filter(({ k }) => k === 'W.open').length,
    begin: (fault, args = {}) => void faults.push({ k: 'N.start', t: Date.now(), fault, id: fault, args }),
    async end(fault, args = {}) {
      const bound = boundOf({ fault, args }, configOf({ HB: HEARTBEAT_MS, spreadMs: 500 }));
      bounds[fault] = bound === null ? null : bound + allowance;
      faults.push({ k: 'N.end', t: Date.now(), fault, id: fault, args });
      const since = performance.now();
      const [order = ''] = await user.orders();
      const seq = Number((await user.edit(order, `after ${fault} ${Date.now()}`)).split('_')[1]);
      for (const tab of browser.tabs()) await hasHeard(browser, tab, seq);
      const took = Math.round(performance.now() - since);
      stage.note('recovery', `${fault}: ${took} of ${bound ?? 'no bound'} ms`);
      return took;
    },
    async judge() {
      const isUp = browser.tabs().length > 0;
      const disk = isUp ? (await readScopes(await browser.blank())).map(({ snap }) => snap).filter(({ tenant }) => tenant === TENANT) : [];
      const verdict = checkHistory({
        pages: browser.tape.records,
        server: server.events(TENANT),
        applies: server.applies(TENANT),
        wire: onWallClock(proxy),
        alive: browser.tabs().map(({ name }) => name),
        ...(disk.length > 0 ? { disk } : {}),
        truth: orderTruth(await user.snapshot()),
        faults,
        cfg: { HB: HEARTBEAT_MS, spreadMs: 500, bounds, minDelivers: 0 },
      });
      noteVerdict(stage, verdict);
      return verdict;
    },
  };
}

/** What tables of runs are made of (scripts/story-table.mjs). */
export function noteVerdict(stage: Stage, { violations, counts }: Verdict): void {
  const of = (...rules: readonly string[]): number => violations.filter(({ rule }) => rules.includes(rule)).length;
  const found = { lost: of('R2', 'R2e', 'R6', 'L1'), doubled: of('R3', 'R7'), outOfOrder: of('R4', 'R8'), other: 0 };
  const other = violations.length - found.lost - found.doubled - found.outOfOrder;
  stage.note('verdict', JSON.stringify({ ...found, other, delivered: counts['delivered'] ?? 0 }));
}

/** By its own word: told of the event, or standing on a base that covers it. */
async function hasHeard({ tape }: BrowserSession, { name }: Tab, seq: number): Promise<void> {
  const last = () => tape.records.findLast(({ k, tab, seq: place = -1 }) => tab === name && (k === 'P.deliver' || k === 'P.base') && place >= seq);
  await expect.poll(() => last() !== undefined, { timeout: UNBOUNDED_MS, intervals: [20, 50], message: `${name} has event ${seq}` }).toBe(true);
}

function missing(name: string): never {
  throw new Error(`There is no tab ${name}`);
}
