// The `test` of the browser stories: servers, browsers and proxies that end with their test, and the harness page built once a worker.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test as base } from '@playwright/test';
import { startBrowser, type BrowserSession } from './browser-session.ts';
import { createFaultProxy, type FaultProxy } from './fault-proxy.ts';
import { startServerProcess, type ServerProcess } from './server-process.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

/** `newer`: the same sources, built later, as every deployment is. */
export type Build = 'right' | 'newer' | 'publish-first';

export interface Stage {
  /** A server of its own; `dist` other than the harness, where the story is the application's. */
  server(options?: { readonly build?: Build; readonly distDir?: string; readonly env?: Readonly<Record<string, string>> }): Promise<ServerProcess>;
  browser(url: string): Promise<BrowserSession>;
  proxy(target: string): Promise<FaultProxy>;
  /** A number with its name for the report of the run. */
  note(name: string, value: string | number): void;
}

interface WorkerParts {
  /** Folder of the harness, built as it should be or with one defect. */
  readonly harness: (build: Build) => Promise<string>;
}

export const test = base.extend<{ stage: Stage }, WorkerParts>({
  harness: [
    // eslint-disable-next-line no-empty-pattern
    async ({}, provide) => {
      const folder = mkdtempSync(join(tmpdir(), 'holdfast-harness-'));
      const built = new Map<Build, Promise<string>>();
      await provide((build) => {
        const known = built.get(build) ?? buildHarness(build, join(folder, build));
        built.set(build, known);
        return known;
      });
      rmSync(folder, { recursive: true, force: true });
    },
    { scope: 'worker', timeout: 60_000 },
  ],
  stage: async ({ harness }, provide, info) => {
    const ends: (() => Promise<void>)[] = [];
    const kept = <T>(value: T, end: () => Promise<void>): T => {
      ends.unshift(end);
      return value;
    };
    await provide({
      async server({ build = 'right', distDir, env = {} } = {}) {
        const server = await startServerProcess({ distDir: distDir ?? (await harness(build)), env });
        return kept(server, () => server.dispose());
      },
      async browser(url) {
        const browser = await startBrowser(url);
        return kept(browser, () => browser.dispose());
      },
      async proxy(target) {
        const proxy = await createFaultProxy({ target });
        return kept(proxy, () => proxy.close());
      },
      note(name, value) {
        info.annotations.push({ type: name, description: String(value) });
        console.log(`    ${name}: ${value}`);
      },
    });
    // Whatever fails to end must not keep the others alive.
    for (const end of ends) await end().catch((error: unknown) => console.error(error));
  },
});

export { expect } from '@playwright/test';

function buildHarness(build: Build, outDir: string): Promise<string> {
  const args = ['node_modules/vite/bin/vite.js', 'build', '-c', 'tests/browser/harness/vite.config.ts', '--outDir', outDir];
  const child = spawn(process.execPath, args, {
    cwd: PROJECT,
    env: { ...process.env, MUTANT: build === 'publish-first' ? build : '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += String(chunk)));
  child.stderr.on('data', (chunk: Buffer) => (said += String(chunk)));
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => (code === 0 ? resolve(outDir) : reject(new Error(`The harness (${build}) did not build: ${said}`))));
  });
}
