// One run with a fault in it: server, proxy and tabs, the fault's beginning and end on the tape, a probe at its end, and the judgement with
// the fault's bound. Bounds are the oracle's; to each is added what this machine needs for three probes without any fault.
import { expect } from '@playwright/test';
import { boundOf, configOf } from './history/config.ts';
import type { HistoryRecord } from './history/record.ts';
import { checkHistory } from './history-checker.ts';
import { onWallClock } from './crash-story.ts';
import { readScope, readScopes, type ScopeDump } from './disk-reader.ts';
import { MANAGER, orderTruth, probe, TENANT, waitForLabel } from './page-probes.ts';
import type { BrowserSession, Tab } from './browser-session.ts';
import type { Stage } from './browser-test.ts';
import type { FaultProxy } from './fault-proxy.ts';
import type { RestUser } from './rest-user.ts';
import type { ServerProcess } from './server-process.ts';
import type { DiskSnap } from './tape.ts';
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
  /** By how much the server's clock will be wrong at times, ms: its tape is read with that in mind. */
  readonly serverJumps?: readonly number[];
  /** Before the first page is loaded. */
  readonly prepare?: (proxy: FaultProxy) => void;
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
  /** Reads the disk as it is now, for the judge as well: with the application not running. */
  disk(): Promise<ScopeDump>;
  /** Says on the tape that a fault begins. */
  begin(fault: string, args?: object): void;
  /** Says that it ends, publishes the probe at once and waits until every tab has it; how long the last one took, ms. */
  end(fault: string, args?: object): Promise<number>;
  /** The judgement, with the disk and the server's orders where the browser is up. Throws nothing; the caller expects. */
  judge(): Promise<Verdict>;
}

const MANAGER_USER = 'dilani';
/** The judge holds it against the bound; this only ends a run that never recovers. */
const UNBOUNDED_MS = 45_000;

export async function startFaultRun(stage: Stage, options: FaultRunOptions = {}): Promise<FaultRun> {
  const { tabs: names = ['a', 'b'], query = '', env = {}, distDir, prepare, serverJumps = [] } = options;
  const startedAt = Date.now();
  const server = await stage.server({ env: { HEARTBEAT_MS: String(HEARTBEAT_MS), ...env }, ...(distDir === undefined ? {} : { distDir }) });
  const proxy = await stage.proxy(server.url);
  prepare?.(proxy);
  const browser = await stage.browser(proxy.url);
  const [first = 'a', ...others] = names;
  await browser.openAs(first, MANAGER, query);
  for (const name of others) await browser.open(name, query);
  for (const tab of browser.tabs()) await waitForLabel(tab, 'Live');
  const user = await server.signIn(MANAGER);
  const allowance = 3 * (await probe(user, browser.tabs()));
  const faults: HistoryRecord[] = [];
  const bounds: Record<string, number | null> = {};
  const snaps: DiskSnap[] = [];

  return {
    server,
    proxy,
    browser,
    tabs: () => browser.tabs(),
    tab: (name) => browser.tabs().find((tab) => tab.name === name) ?? missing(name),
    user,
    opened: () => proxy.records.filter(({ k }) => k === 'W.open').length,
    async disk() {
      const blank = await browser.blank();
      const scope = await readScope(blank, MANAGER_USER);
      await blank.close();
      snaps.push(scope.snap);
      return scope;
    },
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
    judge: () => judgeWhenQuiet(stage, judgeNow),
  };

  /** The jump that puts a time of the server's into this run. */
  function jumpAt(t: number): number {
    return [0, ...serverJumps].find((jump) => t - jump >= startedAt && t - jump <= Date.now()) ?? 0;
  }

  async function judgeNow(): Promise<Verdict> {
    const isUp = browser.tabs().length > 0;
    const disk = isUp ? await readDisk(browser) : [];
    return checkHistory({
      pages: browser.tape.records,
      server: server.events(TENANT).map((event) => ({ ...event, t: event.t - jumpAt(event.t) })),
      applies: server.applies(TENANT),
      wire: onWallClock(proxy),
      alive: browser.tabs().map(({ name }) => name),
      ...(disk.length + snaps.length > 0 ? { disk: [...snaps, ...disk] } : {}),
      truth: orderTruth(await user.snapshot()),
      faults,
      cfg: { HB: HEARTBEAT_MS, spreadMs: 500, bounds, minDelivers: 0 },
    });
  }
}

async function readDisk(browser: BrowserSession): Promise<DiskSnap[]> {
  const blank = await browser.blank();
  const scopes = await readScopes(blank);
  await blank.close();
  return scopes.map(({ snap }) => snap).filter(({ tenant }) => tenant === TENANT);
}

/**
 * What holds only when all has come to rest: a page says what it shows a moment after it was told of an event, and an engine that works from
 * memory while its database is away comes back to it some seconds later.
 */
const AT_REST: readonly string[] = ['R2e', 'R10', 'L1'];
const REST_MS = 20_000;

/** Judges until nothing is left that may still come to rest, and notes what was found. */
export async function judgeWhenQuiet(stage: Stage, judge: () => Promise<Verdict>): Promise<Verdict> {
  const deadline = performance.now() + REST_MS;
  let verdict = await judge();
  while (verdict.violations.some(({ rule }) => AT_REST.includes(rule)) && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    verdict = await judge();
  }
  noteVerdict(stage, verdict);
  return verdict;
}

/** What tables of runs are made of (scripts/story-table.mjs). */
function noteVerdict(stage: Stage, { violations, counts }: Verdict): void {
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
