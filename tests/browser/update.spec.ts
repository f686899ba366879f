// Deployments as people live through them: an old tab beside a new one, a third version that is an older one again. Real builds into one
// folder, as an operator makes them, behind the real server.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';
import { MANAGER } from '../support/page-probes.ts';
import { PASSWORD } from '../support/rest-user.ts';
import { expect, test } from '../support/browser-test.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

test('[SW5] an old tab goes on beside a new one over one stream, with all its chunks; each changes over when its own user says so, and a rollback is one more version', async ({
  stage,
}) => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-deployed-'));
  try {
    cpSync(join(PROJECT, 'dist'), folder, { recursive: true });
    const server = await stage.server({ distDir: folder });
    const manager = await server.signIn(MANAGER);
    const { context } = await stage.browser(server.url);
    const old = await context().newPage();
    await signIn(old, server.url);
    const first = await scriptOf(old);
    const lazy = await assetsOf(old);

    build(folder);
    await lookForUpdate(old);
    const fresh = await context().newPage();
    await fresh.goto(server.url);
    expect(await scriptOf(fresh), 'the waiting version is for nobody yet').toBe(first);
    await update(fresh);
    const second = await scriptOf(fresh);
    expect(second).not.toBe(first);

    // The old tab was not reloaded, follows live, and finds its chunks though the server may be gone.
    expect(await scriptOf(old)).toBe(first);
    await expect(bar(old)).toBeVisible();
    const [orderId = ''] = await manager.orders();
    await manager.edit(orderId, 'after the deployment');
    await expect.poll(async () => (await manager.status()).streams.length).toBe(1);
    await Promise.all([old, fresh].map((page) => expect(indicator(page)).toContainText('Live')));
    await server.stop();
    expect(await old.evaluate((urls) => Promise.all(urls.map((url) => fetch(url).then((answer) => answer.ok))), lazy)).not.toContain(false);
    await server.start();

    build(folder);
    await lookForUpdate(fresh);
    await update(fresh);
    expect([first, second]).not.toContain(await scriptOf(fresh));
    await expect(indicator(fresh)).toContainText('Live', { timeout: 45_000 });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** A deployment: a build over the one that stands there, whose assets are kept for a release. Also of older sources it is a newer build. */
function build(folder: string): void {
  const args = ['node_modules/vite/bin/vite.js', 'build', '--logLevel', 'warn', '--outDir', folder, '--emptyOutDir'];
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: PROJECT, encoding: 'utf8' });
  if (status !== 0) throw new Error(`The build failed: ${stderr}`);
}

async function signIn(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.getByLabel('E-mail').fill(MANAGER);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(indicator(page)).toContainText('Live');
  await page.evaluate(() => navigator.serviceWorker.ready);
}

/** What an hour, or a return to the tab, brings about by itself. */
async function lookForUpdate(page: Page): Promise<void> {
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  await expect(bar(page)).toBeVisible();
}

async function update(page: Page): Promise<void> {
  await expect(bar(page)).toBeVisible();
  const reloaded = page.waitForEvent('load');
  await bar(page).getByRole('button', { name: 'Update' }).click();
  await reloaded;
  await expect(indicator(page)).toContainText('Live');
}

function bar(page: Page) {
  return page.locator('.update-bar');
}

function indicator(page: Page) {
  return page.locator('.indicator');
}

/** The entry script's address: it carries a hash of the build. */
function scriptOf(page: Page): Promise<string> {
  return page.evaluate(() => document.querySelector<HTMLScriptElement>('script[type=module]')?.src ?? '');
}

/** Every script that the service worker put on disk for this page's build. */
function assetsOf(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const [name = ''] = (await caches.keys()).filter((key) => key.startsWith('workbox-precache'));
    const requests = await (await caches.open(name)).keys();
    return requests.map(({ url }) => url).filter((url) => url.endsWith('.js') && url.includes('/assets/'));
  });
}
