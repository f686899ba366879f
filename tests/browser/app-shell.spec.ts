// The built shell and its service worker on a server that the test can stop and whose files it can replace. It needs `dist` (npm test builds it).
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname } from 'node:path';
import { expect, test, type Page } from '@playwright/test';

const TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webmanifest': 'application/manifest+json',
};

/** Serves dist; `replaced` overrides single files, and /api answers by itself. */
function serveShell(replaced: Map<string, string>): Promise<Server> {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://shell').pathname;
    if (path.startsWith('/api/')) return void response.writeHead(401, { 'content-type': 'application/json' }).end('{"code":"auth/expired"}');
    const file = path === '/' ? '/index.html' : path;
    try {
      const body = replaced.get(file) ?? readFileSync(`dist${file}`);
      response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream', 'cache-control': 'no-cache' }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

/** Opens the page and waits until the service worker answers for it. */
async function openControlled(page: Page, server: Server): Promise<void> {
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  await page.evaluate(async () => {
    await navigator.serviceWorker.register('/sw.js');
    if (!navigator.serviceWorker.controller)
      await new Promise((resolve) => navigator.serviceWorker.addEventListener('controllerchange', resolve, { once: true }));
  });
}

let server: Server;
const replaced = new Map<string, string>();
test.beforeEach(async () => {
  replaced.clear();
  server = await serveShell(replaced);
});
test.afterEach(() => stop(server));

test('[SW1] with the server stopped the shell loads, from any address of the application, with every worker chunk', async ({ page }) => {
  await openControlled(page, server);
  const origin = new URL(page.url()).origin;
  await stop(server);
  for (const path of ['/', '/board', '/orders/o-1']) {
    await page.goto(origin + path);
    await expect(page).toHaveTitle(/Holdfast/);
    await expect(page.locator('#root > *').first()).toBeAttached();
  }
  const scripts = await page.evaluate(async () => {
    const cache = await caches.open((await caches.keys())[0] ?? '');
    const urls = (await cache.keys()).map(({ url }) => new URL(url).pathname).filter((path) => path.endsWith('.js'));
    const answers = await Promise.all(urls.map((url) => fetch(url).then((answer) => answer.ok)));
    return { urls, isComplete: answers.every(Boolean) };
  });
  expect(scripts.isComplete).toBe(true);
  expect(scripts.urls.some((url) => url.includes('worker'))).toBe(true);
});

test('[SW2] no request to the API is answered by the service worker, neither a fetch nor a navigation', async ({ page }) => {
  await openControlled(page, server);
  const origin = new URL(page.url()).origin;
  const answered = page.waitForResponse('**/api/v1/sync/events');
  await page.evaluate(() => fetch('/api/v1/sync/events').then((answer) => answer.status));
  expect((await answered).fromServiceWorker()).toBe(false);
  expect((await page.goto(`${origin}/api/v1/session`))?.status()).toBe(401);
  await page.goto(origin);
  await stop(server);
  expect(
    await page.evaluate(() =>
      fetch('/api/v1/session').then(
        () => 'answered',
        () => 'failed',
      ),
    ),
  ).toBe('failed');
});

test('[SW3] a new version waits until a page tells it to take over, and then answers for all of them', async ({ page }) => {
  await openControlled(page, server);
  replaced.set('/sw.js', `${readFileSync('dist/sw.js', 'utf8')}\n// another build`);
  const waits = await page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    const before = navigator.serviceWorker.controller;
    await registration.update();
    await new Promise((resolve) => {
      const look = setInterval(() => registration.waiting && (clearInterval(look), resolve(null)), 50);
    });
    await new Promise((resolve) => setTimeout(resolve, 500));
    return registration.waiting !== null && navigator.serviceWorker.controller === before;
  });
  expect(waits).toBe(true);
  const tookOver = await page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    const { waiting } = registration;
    const changed = new Promise((resolve) => navigator.serviceWorker.addEventListener('controllerchange', resolve, { once: true }));
    // An older page than the worker: its version is another, and its word counts all the same.
    waiting?.postMessage({ v: 0, k: 'skip-waiting' });
    await changed;
    return navigator.serviceWorker.controller === waiting;
  });
  expect(tookOver).toBe(true);
});

test('[SW4] log-out deletes what the scope left with the service worker, and nothing of another scope or of the shell', async ({ page }) => {
  await openControlled(page, server);
  const left = await page.evaluate(async () => {
    await Promise.all([caches.open('holdfast:aaaa:push'), caches.open('holdfast:bbbb:push')]);
    const { port1, port2 } = new MessageChannel();
    const answer = new Promise((resolve) => (port1.onmessage = ({ data }) => resolve(data)));
    navigator.serviceWorker.controller?.postMessage({ v: 1, k: 'forget', scope: 'aaaa' }, [port2]);
    return { answer: await answer, caches: await caches.keys() };
  });
  expect(left.answer).toEqual({ v: 1, k: 'forgotten', scope: 'aaaa' });
  expect(left.caches).toEqual([expect.stringMatching(/^workbox-precache/), 'holdfast:bbbb:push']);
});
