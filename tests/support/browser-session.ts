// One real Chromium with a profile on disk, as a person's device: tabs with the harness page, their tape, crashes, kill -9, relaunch.
// Its end leaves no process and no folder.
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, expect, type BrowserContext, type Cookie, type Page } from '@playwright/test';
import { launchOptions } from '../../scripts/find-browser.mjs';
import type { Harness } from '../browser/harness/harness.tsx';
import { killBrowser, killHard, workerRenderers } from './browser-processes.ts';
import { createTapeCollector, type TapeCollector } from './tape.ts';
import { PASSWORD } from './rest-user.ts';

declare global {
  interface Window {
    readonly harness: Harness;
  }
}

export interface Tab {
  readonly name: string;
  readonly page: Page;
  /** True after a crash, a kill or close. */
  isGone(): boolean;
  reload(): Promise<void>;
  /** CDP Page.crash: the renderer dies at once. */
  crash(): Promise<void>;
  close(): Promise<void>;
}

export interface BrowserSession {
  readonly tape: TapeCollector;
  tabs(): readonly Tab[];
  context(): BrowserContext;
  /** A tab of its own process with the harness page; `query` as harness.tsx says. Resolves when the page shows somebody or nobody. */
  open(name: string, query?: string): Promise<Tab>;
  /** Opens a tab and signs in there. */
  openAs(name: string, email: string, query?: string): Promise<Tab>;
  /** A page of the same origin without any script, for reading the disk. */
  blank(): Promise<Page>;
  /** `kill -9` of the renderer that runs the SharedWorker; answers the tabs that died with it. */
  crashMaker(): Promise<readonly Tab[]>;
  /** `kill -9` of all its processes. */
  kill(): Promise<void>;
  /** Starts it again on the same profile. */
  launch(): Promise<void>;
  /** Killed, its storage put aside; the returned function puts it back: a disk that lost its last commits. */
  backup(): () => void;
  dispose(): Promise<void>;
}

/** A fresh profile, pointed at `url`. `extraArgs` for single tests. */
export async function startBrowser(url: string): Promise<BrowserSession> {
  const profile = mkdtempSync(join(tmpdir(), 'holdfast-profile-'));
  const tape = createTapeCollector();
  const copies: string[] = [];
  let context: BrowserContext | null = null;
  let tabs: Tab[] = [];
  /** Chromium writes cookies to disk every 30 s; a test doesn't wait for that before it kills. */
  let cookies: Cookie[] = [];

  function living(): BrowserContext {
    if (!context) throw new Error('The browser is not running');
    return context;
  }

  async function launch(): Promise<void> {
    context = await chromium.launchPersistentContext(profile, launchOptions());
    await context.route('**/__blank', (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>blank</title>' }));
    await context.addCookies(cookies);
  }

  async function open(name: string, query = ''): Promise<Tab> {
    const page = await living().newPage();
    const tab = createTab(name, page, tape);
    tabs.push(tab);
    await record(page, (batch) => tape.take(name, batch));
    await page.goto(`${url}/${query}`);
    await settledIn(page);
    return tab;
  }

  await launch();
  return {
    tape,
    tabs: () => tabs.filter((tab) => !tab.isGone()),
    context: living,
    open,
    async openAs(name, email, query) {
      const tab = await open(name, query);
      await tab.page.evaluate(([who, word]) => window.harness.signIn(who, word), [email, PASSWORD] as const);
      await expect.poll(() => tab.page.evaluate(() => window.harness.phase)).toBe('signed-in');
      return tab;
    },
    async blank() {
      const page = await living().newPage();
      await page.goto(`${url}/__blank`);
      return page;
    },
    async crashMaker() {
      const before = tabs.filter((tab) => !tab.isGone());
      const pids = await findMakers(profile);
      // Elsewhere than on Linux threads have no names to be found by; the oldest tab is the likeliest maker.
      if (pids.length === 0) await before[0]?.crash();
      pids.forEach(killHard);
      await expect.poll(() => before.filter((tab) => tab.isGone()).length, { timeout: 5_000 }).toBeGreaterThan(0);
      return before.filter((tab) => tab.isGone());
    },
    async kill() {
      const dying = tabs;
      const closed = new Promise((resolve) => living().once('close', resolve));
      cookies = await living().cookies();
      killBrowser(profile);
      await closed;
      context = null;
      tabs = [];
      for (const tab of dying) if (!tab.isGone()) tape.ended(tab.name, 'killed');
    },
    launch,
    backup() {
      const copy = mkdtempSync(join(tmpdir(), 'holdfast-disk-'));
      copies.push(copy);
      const storage = join(profile, 'Default', 'IndexedDB');
      cpSync(storage, copy, { recursive: true });
      return () => {
        rmSync(storage, { recursive: true, force: true });
        cpSync(copy, storage, { recursive: true });
      };
    },
    async dispose() {
      await context?.close().catch(() => {});
      killBrowser(profile);
      for (const folder of [profile, ...copies]) rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}

function createTab(name: string, page: Page, tape: TapeCollector): Tab {
  let isGone = false;
  page.on('crash', () => {
    isGone = true;
    tape.ended(name, 'crashed');
    // A crashed page shows nothing and answers nothing; closing it frees its target.
    void page.close().catch(() => {});
  });
  return {
    name,
    page,
    isGone: () => isGone || page.isClosed(),
    async reload() {
      tape.ended(name, 'reload');
      await page.reload();
      await settledIn(page);
    },
    async crash() {
      const cdp = await page.context().newCDPSession(page);
      const crashed = page.waitForEvent('crash');
      // It never answers: who should?
      void cdp.send('Page.crash').catch(() => {});
      await crashed;
    },
    close: () => page.close(),
  };
}

/** After a crash it takes a moment until another tab has made a worker. */
async function findMakers(profile: string): Promise<number[]> {
  for (let tries = 0; tries < 30; tries++) {
    const pids = workerRenderers(profile);
    if (pids.length > 0 || process.platform !== 'linux') return pids;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('No renderer with a SharedWorker was found');
}

/** A bare binding: one message a batch and no answer, so that the tape costs the page next to nothing. */
async function record(page: Page, take: (batch: { k: string; t: number }[]) => void): Promise<void> {
  const cdp = await page.context().newCDPSession(page);
  cdp.on('Runtime.bindingCalled', ({ name, payload }) => {
    if (name === 'holdfastTape') take(JSON.parse(payload) as { k: string; t: number }[]);
  });
  await cdp.send('Runtime.enable');
  await cdp.send('Runtime.addBinding', { name: 'holdfastTape' });
}

async function settledIn(page: Page): Promise<void> {
  await page.waitForFunction(() => window.harness?.phase === 'signed-in' || window.harness?.phase === 'signed-out');
}
