// A Chromium driven by bare CDP, for what Playwright can't show: pages that are really hidden and really frozen. Playwright keeps focus emulation
// on for every page, and under it `Page.setWebLifecycleState` answers success and freezes nothing.
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BROWSER_ARGS, findBrowser } from '../../scripts/find-browser.mjs';
import { killBrowser } from './browser-processes.ts';

type Json = Record<string, unknown>;

/** One target (page, worker) that is attached to. */
export interface RawTarget {
  readonly targetId: string;
  send(method: string, params?: Json): Promise<Json>;
  /** The value of an expression, promises awaited. Rejects when it throws, or after `timeoutMs` (a hung thread answers nothing). */
  evaluate<T>(expression: string, timeoutMs?: number): Promise<T>;
}

export interface RawPage extends RawTarget {
  /** In front of the other tabs of its window: they are hidden then. */
  show(): Promise<void>;
  /** Freezes a hidden page; rejects unless it said `freeze` itself. */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  close(): Promise<void>;
  crash(): Promise<void>;
  /** Attaches to its dedicated worker. */
  worker(): Promise<RawTarget>;
}

export interface RawChromium {
  readonly profile: string;
  /** A page in a window of its own (visible), or as a tab beside `beside`, which is hidden by it. */
  open(url: string, beside?: RawPage): Promise<RawPage>;
  /** Attaches to the SharedWorkers that run now. */
  sharedWorkers(): Promise<readonly RawTarget[]>;
  dispose(): Promise<void>;
}

const START_MS = 20_000;
const ANSWER_MS = 20_000;

export async function launchRawChromium(extraArgs: readonly string[] = []): Promise<RawChromium> {
  const profile = mkdtempSync(join(tmpdir(), 'holdfast-raw-'));
  const child = spawn(
    findBrowser() ?? 'chromium',
    [...BROWSER_ARGS, '--headless=new', `--user-data-dir=${profile}`, '--remote-debugging-port=0', ...extraArgs],
    {
      stdio: 'ignore',
    },
  );
  const onExit = (): void => killBrowser(profile);
  process.once('exit', onExit);
  const wire = await connect(await debuggerUrl(profile, child));

  async function attach(targetId: string): Promise<RawTarget & { readonly sessionId: string }> {
    const { sessionId } = (await wire.send('Target.attachToTarget', { targetId, flatten: true })) as { sessionId: string };
    return { sessionId, ...targetOf(wire, targetId, sessionId) };
  }

  async function targets(type: string): Promise<readonly { targetId: string; url: string }[]> {
    const { targetInfos } = (await wire.send('Target.getTargets', { filter: [{ type }] })) as { targetInfos: { targetId: string; url: string }[] };
    return targetInfos;
  }

  return {
    profile,
    async open(url, beside) {
      const { targetId } = (await wire.send('Target.createTarget', { url: 'about:blank', newWindow: beside === undefined })) as { targetId: string };
      const target = await attach(targetId);
      const page = pageOf(wire, target);
      await page.send('Page.enable');
      await page.send('Runtime.enable');
      await page.send('Page.navigate', { url });
      return page;
    },
    sharedWorkers: async () => Promise.all((await targets('shared_worker')).map(({ targetId }) => attach(targetId))),
    async dispose() {
      wire.close();
      killBrowser(profile);
      await new Promise((resolve) => (child.exitCode === null && child.signalCode === null ? child.once('exit', resolve) : resolve(null)));
      process.off('exit', onExit);
      rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
    },
  };
}

function targetOf(wire: Wire, targetId: string, sessionId: string): RawTarget {
  return {
    targetId,
    send: (method, params) => wire.send(method, params, sessionId),
    async evaluate<T>(expression: string, timeoutMs = ANSWER_MS) {
      const answer = await wire.send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true }, sessionId, timeoutMs);
      const { result, exceptionDetails } = answer as { result: { value: T }; exceptionDetails?: { text: string; exception?: { description?: string } } };
      if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
      return result.value;
    },
  };
}

function pageOf(wire: Wire, target: RawTarget & { readonly sessionId: string }): RawPage {
  const { targetId, sessionId, send, evaluate } = target;
  return {
    targetId,
    send,
    evaluate,
    show: async () => void (await send('Page.bringToFront')),
    async freeze() {
      await evaluate(
        'globalThis.frozenAt = 0; addEventListener("freeze", () => (globalThis.frozenAt = Date.now()), { capture: true }); document.visibilityState',
      );
      await send('Page.setWebLifecycleState', { state: 'frozen' });
      // The page's script answers while it is frozen: the debugger runs it.
      const at = await evaluate<number>('globalThis.frozenAt');
      if (!at) throw new Error('The page was not frozen: it never said so');
    },
    thaw: async () => void (await send('Page.setWebLifecycleState', { state: 'active' })),
    close: async () => void (await wire.send('Target.closeTarget', { targetId })),
    async crash() {
      void send('Page.crash').catch(() => {});
    },
    async worker() {
      const attached = wire.once('Target.attachedToTarget', (params) => (params['targetInfo'] as { type: string }).type === 'worker', sessionId);
      await send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: false, flatten: true });
      const params = await attached;
      return targetOf(wire, (params['targetInfo'] as { targetId: string }).targetId, String(params['sessionId']));
    },
  };
}

interface Wire {
  send(method: string, params?: Json, sessionId?: string, timeoutMs?: number): Promise<Json>;
  once(method: string, fits: (params: Json) => boolean, sessionId: string): Promise<Json>;
  close(): void;
}

async function connect(url: string): Promise<Wire> {
  const socket = new WebSocket(url);
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve, { once: true });
    socket.addEventListener('error', () => reject(new Error('No connection to the browser')), { once: true });
  });
  let calls = 0;
  const pending = new Map<number, { resolve: (value: Json) => void; reject: (error: Error) => void }>();
  const listeners = new Set<(method: string, params: Json, sessionId: string) => void>();
  socket.addEventListener('message', ({ data }) => {
    const message = JSON.parse(String(data)) as { id?: number; result?: Json; error?: { message: string }; method?: string; params?: Json; sessionId?: string };
    if (message.id === undefined) return listeners.forEach((listener) => listener(message.method ?? '', message.params ?? {}, message.sessionId ?? ''));
    const call = pending.get(message.id);
    pending.delete(message.id);
    if (message.error) call?.reject(new Error(message.error.message));
    else call?.resolve(message.result ?? {});
  });
  return {
    send(method, params = {}, sessionId, timeoutMs = ANSWER_MS) {
      const id = ++calls;
      socket.send(JSON.stringify({ id, method, params, ...(sessionId ? { sessionId } : {}) }));
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          pending.delete(id);
          reject(new Error(`${method}: no answer in ${timeoutMs} ms`));
        }, timeoutMs);
        const settled =
          <T>(settle: (value: T) => void) =>
          (value: T) => (clearTimeout(timer), settle(value));
        pending.set(id, { resolve: settled(resolve), reject: settled(reject) });
      });
    },
    once: (method, fits, sessionId) =>
      new Promise((resolve) => {
        const listener = (said: string, params: Json, of: string): void => {
          if (said !== method || of !== sessionId || !fits(params)) return;
          listeners.delete(listener);
          resolve(params);
        };
        listeners.add(listener);
      }),
    close: () => socket.close(),
  };
}

async function debuggerUrl(profile: string, child: ChildProcess): Promise<string> {
  const file = join(profile, 'DevToolsActivePort');
  const until = Date.now() + START_MS;
  while (Date.now() < until && child.exitCode === null) {
    const [port, path] = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
    if (port && path) return `ws://127.0.0.1:${port}${path}`;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('The browser did not start');
}
