// A device with the page that only writes: the page is built once, opened and closed at will, and its service worker is woken, stopped and asked by CDP
// from a blank tab of no origin, so that no page of ours is open meanwhile.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CDPSession, Page } from '@playwright/test';
import { build } from 'vite';
import type { Entry, WriteRequest } from '@/core/entry.ts';
import type { BrowserSession } from '../../support/browser-session.ts';
import { PASSWORD } from '../../support/rest-user.ts';
import type { OutboxPage } from './main.ts';

declare global {
  interface Window {
    readonly page: OutboxPage;
  }
}

export interface BuiltPage {
  readonly folder: string;
  remove(): void;
}

export async function buildOutboxPage(): Promise<BuiltPage> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-outbox-page-'));
  await build({ configFile: fileURLToPath(new URL('vite.config.ts', import.meta.url)), build: { outDir: folder } });
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

export async function openPage(browser: BrowserSession, url: string): Promise<Page> {
  const page = await browser.context().newPage();
  await page.goto(url);
  await page.waitForFunction(() => window.page !== undefined);
  return page;
}

/** Opens the page and signs in; resolves when the service worker is in charge. */
export async function openAs(browser: BrowserSession, url: string, email: string): Promise<Page> {
  const page = await openPage(browser, url);
  await page.evaluate(([who, word]) => window.page.signIn(who, word), [email, PASSWORD] as const);
  return page;
}

/** One after the other, as a person writes; answers their ids. */
export function append(page: Page, requests: readonly WriteRequest[]): Promise<string[]> {
  return page.evaluate(async (text) => {
    const outbox = await window.page.outbox();
    const ids: string[] = [];
    for (const request of JSON.parse(text) as WriteRequest[]) ids.push((await outbox.append(request)).id);
    return ids;
  }, JSON.stringify(requests));
}

export function entries(page: Page): Promise<readonly Entry[]> {
  return page.evaluate(async () => (await (await window.page.outbox()).list()).entries);
}

export interface WorkerControl {
  /** The browser's word that there is a network; resolves when the worker has been told. */
  sync(tag: string): Promise<void>;
  /** Ends every service worker at once, whatever it is doing. */
  stop(): Promise<void>;
}

export async function controlWorker(browser: BrowserSession, url: string): Promise<WorkerControl> {
  const blank = await browser.context().newPage();
  const cdp = await browser.context().newCDPSession(blank);
  const registrationId = await registrationOf(cdp, url);
  return {
    sync: async (tag) => void (await cdp.send('ServiceWorker.dispatchSyncEvent', { origin: url, registrationId, tag, lastChance: false })),
    stop: async () => void (await cdp.send('ServiceWorker.stopAllWorkers')),
  };
}

function registrationOf(cdp: CDPSession, url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    cdp.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      const found = registrations.find(({ scopeURL }) => scopeURL.startsWith(url));
      if (found) resolve(found.registrationId);
    });
    cdp.send('ServiceWorker.enable').catch(reject);
  });
}
