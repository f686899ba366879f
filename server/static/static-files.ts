// The built application: hashed assets for ever, everything else asked for again each time, the shell for every navigation.
// Nothing outside the folder is ever read.
import { createHash } from 'node:crypto';
import { readFile, realpath, stat } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { acceptsGzip, type App, isNotModified, type RequestContext } from '../http-context.ts';
import { LIMITS } from '../limits.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
};
const COMPRESSED: readonly string[] = ['.png', '.webp', '.woff2', '.ico'];
const IMMUTABLE = 'public, max-age=31536000, immutable';
const compress = promisify(gzip);

interface StaticFile {
  readonly body: Buffer<ArrayBuffer>;
  /** null where compressing doesn't help. */
  readonly gzipped: Buffer<ArrayBuffer> | null;
  readonly etag: string;
  readonly type: string;
  readonly changedAt: number;
}

/** Serves `folder` on every path that no other route took. */
export function routeStatic(app: App, folder: string): void {
  const files = createFileCache(folder);
  app.get('*', async (context) => {
    const path = context.req.path;
    const file = await files.find(path === '/' ? '/index.html' : path);
    if (file) return answer(context, path, file);
    const shell = isNavigation(context) ? await files.find('/index.html') : null;
    return shell ? answer(context, '/index.html', shell) : context.notFound();
  });
}

function answer(context: RequestContext, path: string, file: StaticFile): Response {
  const isHashed = path.startsWith('/assets/');
  const headers: Record<string, string> = {
    'Content-Type': file.type,
    'Cache-Control': isHashed ? IMMUTABLE : 'no-cache',
    ETag: file.etag,
    Vary: 'Accept-Encoding',
    ...(path === '/sw.js' ? { 'Service-Worker-Allowed': '/' } : {}),
  };
  if (isNotModified(context, file.etag)) return new Response(null, { status: 304, headers });
  if (!file.gzipped || !acceptsGzip(context)) return new Response(file.body, { headers });
  return new Response(file.gzipped, { headers: { ...headers, 'Content-Encoding': 'gzip' } });
}

/** An unknown path under /assets is a file that is gone, never the shell: a module script would fail on HTML with a riddle. */
function isNavigation(context: RequestContext): boolean {
  const { path } = context.req;
  return path !== '/api' && !path.startsWith('/api/') && !path.startsWith('/assets/') && (context.req.header('accept') ?? '').includes('text/html');
}

function createFileCache(folder: string) {
  const cache = new Map<string, StaticFile>();
  let bytes = 0;

  async function find(path: string): Promise<StaticFile | null> {
    const name = await resolveInside(folder, path);
    const info = name ? await stat(name).catch(() => null) : null;
    if (!name || !info?.isFile()) return null;
    const known = cache.get(name);
    if (known && known.changedAt === info.mtimeMs) return known;
    const file = await load(name, info.mtimeMs);
    keep(name, file);
    return file;
  }

  function keep(name: string, file: StaticFile): void {
    forget(name);
    cache.set(name, file);
    bytes += sizeOf(file);
    for (const oldest of cache.keys()) {
      if (bytes <= LIMITS.staticBytes) return;
      forget(oldest);
    }
  }

  function forget(name: string): void {
    const known = cache.get(name);
    if (known && cache.delete(name)) bytes -= sizeOf(known);
  }

  return { find };
}

/** The file's real path; null for one outside the folder, hidden, or not there. */
async function resolveInside(folder: string, path: string): Promise<string | null> {
  const decoded = decode(path);
  if (decoded === null || decoded.includes('\0') || decoded.includes('\\') || decoded.split('/').some((part) => part.startsWith('.'))) return null;
  const root = await realpath(folder).catch(() => null);
  const name = root && (await realpath(join(root, decoded)).catch(() => null));
  return root && name?.startsWith(root + sep) ? name : null;
}

function decode(path: string): string | null {
  try {
    return decodeURIComponent(path);
  } catch {
    return null;
  }
}

async function load(name: string, changedAt: number): Promise<StaticFile> {
  const body = await readFile(name);
  const extension = extname(name);
  const gzipped = COMPRESSED.includes(extension) || body.length < 1_024 ? null : await compress(body, { level: 9 });
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
  return { body, gzipped, etag, type: TYPES[extension] ?? 'application/octet-stream', changedAt };
}

function sizeOf(file: StaticFile): number {
  return file.body.length + (file.gzipped?.length ?? 0);
}
