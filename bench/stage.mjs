// What the benches in a browser share: a server with its build, a Chromium with a profile on disk, and how long a reload takes until something stands.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { launchOptions } from '../scripts/find-browser.mjs';
import { serveBuild } from '../scripts/serve-build.mjs';

/** Runs `story({server, context})` and takes everything down behind it, also when it throws. `config` and `env`: see serveBuild. */
export async function onStage({ config, env, viewport }, story) {
  const profile = mkdtempSync(join(tmpdir(), 'holdfast-bench-profile-'));
  const server = await serveBuild({ config, env });
  try {
    const context = await chromium.launchPersistentContext(profile, { ...launchOptions(), ...(viewport ? { viewport } : {}) });
    await story({ server, context }).finally(() => context.close());
  } finally {
    await server.dispose();
    rmSync(profile, { recursive: true, force: true });
  }
}

/** From here on each page of this browser notes when the first element that matches has been painted. It is set before any script of the page. */
export function watchPaint(context, selector) {
  return context.addInitScript((wanted) => {
    const watch = () => {
      if (!document.querySelector(wanted)) return void requestAnimationFrame(watch);
      requestAnimationFrame(() => (globalThis.paintedAt = performance.now()));
    };
    requestAnimationFrame(watch);
  }, selector);
}

/** Reloads `runs` times: ms from each reload to what watchPaint waits for. */
export async function timeReloads(page, runs, pauseMs) {
  const times = [];
  for (let run = 0; run < runs; run += 1) {
    await page.reload();
    times.push(await page.waitForFunction(() => globalThis.paintedAt).then((handle) => handle.jsonValue()));
    await page.waitForTimeout(pauseMs);
  }
  return times;
}
