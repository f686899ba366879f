// A burst of events through the real REST interface while tabs crash at random seeded moments, the maker of the SharedWorker among them.
// The same story is told to the right build and to the broken one; what it proves stands in the spec.
import type { FaultProxy } from './fault-proxy.ts';
import type { BrowserSession, Tab } from './browser-session.ts';
import { MANAGER, TENANT, waitForLabel, waitForSeq } from './page-probes.ts';
import type { RestUser, ServerStatus } from './rest-user.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { History, StreamSample } from './tape.ts';
import type { ServerProcess } from './server-process.ts';

export interface CrashStory {
  readonly server: ServerProcess;
  readonly proxy: FaultProxy;
  readonly browser: BrowserSession;
  readonly random: SeededRandom;
  readonly events: number;
  readonly crashes: number;
  /** Share of crashes that hit the maker. */
  readonly makers: number;
}

export interface CrashRun {
  readonly user: RestUser;
  /** Place of the last event before the burst, and of the last one after it. */
  readonly from: number;
  readonly to: number;
  /** Tabs that live at the end. */
  readonly tabs: readonly Tab[];
  readonly crashed: { readonly maker: number; readonly other: number };
  /** From the crash of a maker until some page was told of an event that was written after it, ms. */
  readonly recoveries: readonly number[];
  readonly burstMs: number;
  history(): History;
}

const TABS = 4;

export async function runCrashStory(story: CrashStory): Promise<CrashRun> {
  const { server, browser, proxy, events } = story;
  const first = await browser.openAs('tab-1', MANAGER);
  await waitForLabel(first, 'Live');
  for (let number = 2; number <= TABS; number++) await waitForLabel(await browser.open(`tab-${number}`), 'Live');
  const user = await server.signIn(MANAGER);
  const { head: from } = await user.status();
  const streams: StreamSample[] = [];
  const stopSampling = sampleStreams(user, streams);
  let done = 0;
  const startedAt = performance.now();
  const rest = Math.ceil(events / 50);
  const burst = user.burst(events - rest, { progress: (count) => (done = count) });
  const chaos = crashAll(story, () => done / events);
  await burst;
  const burstMs = Math.round(performance.now() - startedAt);
  const { maker, other, makerCrashes } = await chaos;
  // A busy machine may be done with the burst before the last crash: what comes now shows that it was recovered from.
  await user.burst(rest);
  const tabs = browser.tabs();
  await Promise.all(tabs.map((tab) => waitForSeq(tab, from + events, 40_000)));
  await stopSampling();
  return {
    user,
    from,
    to: from + events,
    tabs,
    burstMs,
    crashed: { maker, other },
    recoveries: makerCrashes.map((crash) => recoveryAfter(crash, browser, server)),
    history: () => ({ pages: browser.tape.records, server: server.events(TENANT), wire: onWallClock(proxy), streams, alive: tabs.map(({ name }) => name) }),
  };
}

/** The proxy's clock is monotonic; tapes are compared by the wall. */
export function onWallClock({ records }: FaultProxy): FaultProxy['records'] {
  return records.map((record) => ({ ...record, t: performance.timeOrigin + record.t }));
}

async function crashAll({ browser, random, crashes, makers }: CrashStory, progress: () => number) {
  const moments = Array.from({ length: crashes }, () => 0.03 + random.number() * 0.92).toSorted((a, b) => a - b);
  const makerCrashes: MakerCrash[] = [];
  let opened = TABS;
  let other = 0;
  for (const moment of moments) {
    while (progress() < moment) await sleep(2);
    // The first two are one of each: no seed may leave a kind out.
    const at = makerCrashes.length + other;
    if (at === 0 || (at > 1 && random.chance(makers))) {
      const at = Date.now();
      await browser.crashMaker();
      makerCrashes.push({ at, seenAt: Date.now() });
    } else {
      await random.pick(browser.tabs()).crash();
      other++;
    }
    while (browser.tabs().length < TABS) await browser.open(`tab-${++opened}`);
  }
  return { maker: makerCrashes.length, other, makerCrashes };
}

interface MakerCrash {
  readonly at: number;
  /** The tab was seen to be gone, so that nothing which was written from here on can have come by the old stream. */
  readonly seenAt: number;
}

/** Not asked of the leader's own word: that comes with a beat, and the last events of a burst may come before it. */
function recoveryAfter({ at, seenAt }: MakerCrash, { tape }: BrowserSession, server: ServerProcess): number {
  const writtenLater = new Set(server.events(TENANT).flatMap(({ seq, t }) => (t > seenAt ? [seq] : [])));
  const told = tape.records.find(({ k, t, seq = -1 }) => k === 'P.deliver' && t > seenAt && writtenLater.has(seq));
  return told ? Math.round(told.t - at) : Infinity;
}

function sampleStreams(user: RestUser, samples: StreamSample[]): () => Promise<void> {
  let isOver = false;
  const sampling = (async () => {
    while (!isOver) {
      const status: ServerStatus | null = await user.status().catch(() => null);
      if (status) samples.push({ t: Date.now(), streams: status.streams });
      await sleep(250);
    }
  })();
  return () => {
    isOver = true;
    return sampling;
  };
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
