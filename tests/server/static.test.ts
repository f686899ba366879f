// The built application over HTTP: caching, the shell for navigations, and nothing from outside its folder.
import { mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { start, temporaryFolder } from './harness.ts';

const CLASSIFIED = 'for nobody';
const PAGE = `<!doctype html><title>Holdfast</title>${'x'.repeat(2_000)}`;

async function serve() {
  const folder = temporaryFolder();
  const distDir = join(folder, 'dist');
  mkdirSync(join(distDir, 'assets'), { recursive: true });
  writeFileSync(join(folder, 'secret.txt'), CLASSIFIED);
  writeFileSync(join(distDir, 'index.html'), PAGE);
  writeFileSync(join(distDir, 'sw.js'), 'self.x = 1');
  writeFileSync(join(distDir, '.env'), CLASSIFIED);
  writeFileSync(join(distDir, 'assets', 'app-1a2b.js'), `const a = ${JSON.stringify('y'.repeat(3_000))}`);
  writeFileSync(join(distDir, 'assets', 'inter.woff2'), 'z'.repeat(3_000));
  symlinkSync(join(folder, 'secret.txt'), join(distDir, 'link.txt'));
  const server = await start({ distDir });
  return { ...server, distDir, get: (path: string, headers: Record<string, string> = {}) => fetch(server.url + path, { headers }) };
}

/** fetch normalises a path before it is sent; a stranger does not. */
function rawStatus(url: string, path: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const get = request({ hostname, port, path, headers: { accept: 'text/html' } }, (answer) => {
      let text = '';
      answer.on('data', (chunk) => (text += String(chunk)));
      answer.on('end', () => resolve(text.includes(CLASSIFIED) ? -1 : answer.statusCode));
    });
    get.on('error', reject);
    get.end();
  });
}

test('[SRV1] hashed assets are kept for ever, all else is asked for again, with tags', async () => {
  const { get } = await serve();
  const asset = await get('/assets/app-1a2b.js');
  expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  expect(asset.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  expect(asset.headers.get('content-encoding')).toBe('gzip');
  expect(await asset.text()).toContain('yyyy');
  expect((await get('/assets/inter.woff2')).headers.get('content-encoding')).toBeNull();
  for (const path of ['/', '/index.html', '/sw.js']) {
    const answer = await get(path);
    expect([path, answer.status, answer.headers.get('cache-control')]).toEqual([path, 200, 'no-cache']);
    expect((await get(path, { 'if-none-match': String(answer.headers.get('etag')) })).status).toBe(304);
  }
  expect((await get('/sw.js')).headers.get('service-worker-allowed')).toBe('/');
});

test('[SRV1] a new build is served at once', async () => {
  const { get, distDir } = await serve();
  const before = (await get('/')).headers.get('etag');
  writeFileSync(join(distDir, 'index.html'), 'new');
  utimesSync(join(distDir, 'index.html'), 1, 1);
  const answer = await get('/', { 'if-none-match': String(before) });
  expect([answer.status, await answer.text()]).toEqual([200, 'new']);
});

test('[SRV1] navigations to any address get the shell; files that are gone and the API do not', async () => {
  const { get } = await serve();
  const html = { accept: 'text/html,application/xhtml+xml' };
  for (const path of ['/orders/7', '/dashboard?x=1', '/a/b/c']) expect(await (await get(path, html)).text()).toBe(PAGE);
  for (const path of ['/assets/app-old.js', '/api/v1/nothing', '/api'])
    expect([path, (await get(path, html)).status]).toEqual([path, path.startsWith('/api') ? 401 : 404]);
  expect((await get('/orders/7', { accept: '*/*' })).status).toBe(404);
});

test('[SRV1] nothing outside the folder, hidden or linked out of it is served', async () => {
  const { url } = await serve();
  const paths = [
    '/../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/assets/..%2f..%2fsecret.txt',
    '/..%5csecret.txt',
    '/.env',
    '/%2eenv',
    '/link.txt',
    '//secret.txt',
    '/%00',
    '/%',
    '/assets',
  ];
  for (const path of paths) expect([path, await rawStatus(url, path)]).not.toEqual([path, -1]);
});

test('[SRV2] every answer says what a page may load and who may frame it', async () => {
  const { get } = await serve();
  for (const path of ['/', '/assets/app-1a2b.js', '/api/v1/session', '/healthz', '/nothing']) {
    const { headers } = await get(path);
    expect([path, headers.get('x-content-type-options')]).toEqual([path, 'nosniff']);
    const policy = String(headers.get('content-security-policy'));
    for (const rule of ["default-src 'self'", "script-src 'self'", "worker-src 'self'", "connect-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"])
      expect(policy.split('; ')).toContain(rule);
    expect(policy).not.toContain('unsafe');
  }
});

test('[SRV2] says whether it lives and whether it takes requests', async () => {
  const { get } = await serve();
  expect(await (await get('/healthz')).text()).toBe('ok');
  expect(await (await get('/readyz')).text()).toBe('ready');
});
