// After the application is written: bundles sw/sw.ts into one classic script and tells it what to precache.
// In development there is no service worker: it would serve yesterday's modules.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
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

/** The service worker's own sources, whatever application is built around it. */
const SOURCE = resolve(import.meta.dirname, '../sw/sw.ts');

/** A file of this size is no part of a shell that a tablet loads over a yard's wireless network. */
const MAX_FILE_BYTES = 1_024 * 1_024;

export interface ServiceWorkerOptions {
  /** The application's constants, the same for both. */
  readonly define: Readonly<Record<string, string>>;
  /** Patterns of the files to precache; default: those of the application. */
  readonly shell?: readonly string[];
}

export function serviceWorker({ define, shell = SHELL }: ServiceWorkerOptions): Plugin {
  let outDir = '';
  return {
    name: 'holdfast:service-worker',
    apply: 'build',
    configResolved(config) {
      outDir = resolve(config.root, config.build.outDir);
    },
    closeBundle: {
      sequential: true,
      async handler() {
        if (this.meta.watchMode) return;
        const previous = readPreviousAssets(outDir);
        const workDir = mkdtempSync(join(tmpdir(), 'holdfast-sw-'));
        try {
          const swSrc = await bundle(workDir, { ...define, __PREVIOUS_ASSETS__: JSON.stringify(previous.map((name) => `/assets/${name}`)) });
          await writePrecacheList({ outDir, swSrc, shell, previous: new Set(previous) });
        } finally {
          rmSync(workDir, { recursive: true, force: true });
        }
      },
    },
  };
}

async function bundle(outDir: string, define: Record<string, string>): Promise<string> {
  await build({
    root: resolve(SOURCE, '../..'),
    configFile: false,
    logLevel: 'warn',
    define: { ...define, 'process.env.NODE_ENV': '"production"' },
    publicDir: false,
    build: {
      outDir,
      emptyOutDir: true,
      target: 'es2024',
      sourcemap: true,
      // As a library: Vite's loader for the chunks of a page has no place here, where everything is in the one file.
      lib: { entry: SOURCE, formats: ['iife'], name: 'serviceWorker', fileName: () => 'sw.js' },
    },
  });
  return resolve(outDir, 'sw.js');
}

interface Written {
  readonly outDir: string;
  readonly swSrc: string;
  readonly shell: readonly string[];
  readonly previous: ReadonlySet<string>;
}

async function writePrecacheList({ outDir, swSrc, shell, previous }: Written): Promise<void> {
  const { count, size, warnings } = await injectManifest({
    swSrc,
    swDest: resolve(outDir, 'sw.js'),
    globDirectory: outDir,
    globPatterns: [...shell],
    // Of no use without a network.
    globIgnores: ['assets/pusher-*'],
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
