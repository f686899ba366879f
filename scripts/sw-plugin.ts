// After the application is written: bundles sw/sw.ts into one classic script and tells it what to precache.
// In development there is no service worker: it would serve yesterday's modules.
import { resolve } from 'node:path';
import { build, type Plugin } from 'vite';
import { injectManifest } from 'workbox-build';
import { readPreviousAssets } from './keep-last-assets.ts';

/** What the shell needs to start without a network. Of the font, the latin subset alone; other letters fall back to the system's. */
const SHELL = [
  'index.html',
  'manifest.webmanifest',
  'favicon.svg',
  'theme.js',
  'icons/*.{png,svg}',
  'assets/*.{js,css}',
  'assets/inter-latin-{opsz,wght,standard}-normal-*.woff2',
];

/** A file of this size is no part of a shell that a tablet loads over a yard's wireless network. */
const MAX_FILE_BYTES = 1_024 * 1_024;

export interface ServiceWorkerOptions {
  /** The application's constants, the same for both. */
  readonly define: Readonly<Record<string, string>>;
}

export function serviceWorker({ define }: ServiceWorkerOptions): Plugin {
  let root = '';
  let outDir = '';
  return {
    name: 'holdfast:service-worker',
    apply: 'build',
    configResolved(config) {
      root = config.root;
      outDir = resolve(config.root, config.build.outDir);
    },
    closeBundle: {
      sequential: true,
      async handler() {
        if (this.meta.watchMode) return;
        const previous = readPreviousAssets(outDir);
        const bundled = await bundle(root, { ...define, __PREVIOUS_ASSETS__: JSON.stringify(previous.map((name) => `/assets/${name}`)) });
        await writePrecacheList(outDir, bundled, new Set(previous));
      },
    },
  };
}

async function bundle(root: string, define: Record<string, string>): Promise<string> {
  const outDir = resolve(root, '.cache/sw');
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    define: { ...define, 'process.env.NODE_ENV': '"production"' },
    publicDir: false,
    build: {
      outDir,
      emptyOutDir: true,
      target: 'es2024',
      sourcemap: true,
      rolldownOptions: { input: resolve(root, 'sw/sw.ts'), output: { format: 'iife', entryFileNames: 'sw.js' } },
    },
  });
  return resolve(outDir, 'sw.js');
}

async function writePrecacheList(outDir: string, swSrc: string, previous: ReadonlySet<string>): Promise<void> {
  const { count, size, warnings } = await injectManifest({
    swSrc,
    swDest: resolve(outDir, 'sw.js'),
    globDirectory: outDir,
    globPatterns: SHELL,
    maximumFileSizeToCacheInBytes: MAX_FILE_BYTES,
    // Names below assets/ carry a hash of their content: no revision, and no query string that would miss the HTTP cache.
    dontCacheBustURLsMatching: /^assets\//,
    manifestTransforms: [
      (entries) => ({
        manifest: entries
          .filter(({ url }) => !previous.has(url.replace(/^assets\//, '')))
          .map((entry) => ({ ...entry, url: entry.url === 'index.html' ? '/' : `/${entry.url}` })),
        warnings: [],
      }),
    ],
  });
  if (warnings.length > 0) throw new Error(`The precache list is not what it should be: ${warnings.join('; ')}`);
  console.log(`service worker: ${count} files to precache, ${(size / 1_024).toFixed(0)} KiB`);
}
