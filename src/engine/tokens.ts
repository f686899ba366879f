// Where an engine gets bearer tokens: it has no sign-in of its own, so it asks pages over the bus, one at a time, visible ones first. The token
// lives in this memory alone; nothing here stores or logs it. Loaded by engines of bearer scopes only.
import { decodeBusMessage, type BusMessage, type TokenAsk } from '../protocol/frame.ts';
import { PROTOCOL_VERSION } from '../protocol/version.ts';
import type { Policy } from '../core/policy.ts';
import type { Platform } from '../platform/browser.ts';
import { createBearerNet, readToken, type TokenPort } from '../transport/bearer-net.ts';
import type { Bus, Clock, Net, Random } from '../platform/ports.ts';
import { scopeNames, type Scope } from '../scope/scope.ts';

export interface BusTokensDeps {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly random: Random;
  /** How long one page has to answer, and how long the first page may take to come, ms. */
  readonly askMs: number;
}

/** More pages of one scope than anybody opens; the one heard longest ago is forgotten. */
const MOST_PAGES = 200;

/** A Net for the engine of a bearer scope; it listens for pages until `signal` aborts. */
export function createEngineNet({ platform, scope, policy }: { platform: Platform; scope: Scope; policy: Policy }, signal: AbortSignal): Net {
  const { clock, random, net } = platform;
  const bus = platform.openBus(scopeNames(scope).bus, signal);
  return createBearerNet(net, createBusTokens({ bus, clock, random, askMs: policy.rpcMs }, signal), scope.baseUrl);
}

export function createBusTokens({ bus, clock, random, askMs }: BusTokensDeps, signal: AbortSignal): TokenPort {
  const engine = random.id();
  /** In the order in which they were last heard. */
  const pages = new Map<string, { readonly isVisible: boolean }>();
  let held: string | null = null;
  let asking: Promise<string | null> | null = null;
  let answered: ((message: Extract<BusMessage, { k: 'token' }>) => void) | null = null;
  let pageCame: (() => void) | null = null;

  function hear(message: BusMessage): void {
    if (message.k === 'token' && message.engine === engine) answered?.(message);
    if (message.k === 'lease') notePage(message.page, message.isVisible);
  }

  function notePage(page: string, isVisible: boolean): void {
    pages.delete(page);
    pages.set(page, { isVisible });
    const [oldest] = pages.keys();
    if (pages.size > MOST_PAGES && oldest !== undefined) pages.delete(oldest);
    pageCame?.();
  }

  function ask(isRefused: boolean): Promise<string | null> {
    asking ??= askPages(isRefused).finally(() => (asking = null));
    return asking;
  }

  async function askPages(isRefused: boolean): Promise<string | null> {
    const tried = new Set<string>();
    let hasWaited = false;
    while (!signal.aborted) {
      const page = nextPage(tried);
      if (page !== null) {
        tried.add(page);
        held = await askPage(page, isRefused);
        if (held !== null) return held;
      } else if (hasWaited) return null;
      else {
        // An engine that has just begun knows no page yet: those that have tokens introduce themselves.
        hasWaited = true;
        await within(askMs, (resolve) => {
          pageCame = () => resolve(null);
          say(null, random.id(), isRefused);
        });
        pageCame = null;
      }
    }
    return null;
  }

  function say(page: string | null, ask: string, isRefused: boolean): void {
    bus.post({ v: PROTOCOL_VERSION, k: 'token-ask', engine, ask, page, isRefused } satisfies TokenAsk);
  }

  function nextPage(tried: ReadonlySet<string>): string | null {
    const left = [...pages].filter(([page]) => !tried.has(page)).toReversed();
    return (left.find(([, { isVisible }]) => isVisible) ?? left[0])?.[0] ?? null;
  }

  /** A page that doesn't answer is dead or frozen; it is known again when it next speaks. */
  async function askPage(page: string, isRefused: boolean): Promise<string | null> {
    const id = random.id();
    const message = await within<Extract<BusMessage, { k: 'token' }>>(askMs, (resolve) => {
      answered = (answer) => answer.ask === id && answer.page === page && resolve(answer);
      say(page, id, isRefused);
    });
    answered = null;
    if (message === null) pages.delete(page);
    return readToken(message?.token);
  }

  /** What `begin` resolves with, or null when its time is over. */
  function within<T>(ms: number, begin: (resolve: (value: T | null) => void) => void): Promise<T | null> {
    return new Promise((resolve) => {
      const cancel = clock.after(ms, () => resolve(null));
      begin((value) => {
        cancel();
        resolve(value);
      });
    });
  }

  bus.listen((raw) => {
    const message = decodeBusMessage(raw);
    if (message.k !== 'unread') hear(message);
  }, signal);
  return {
    current: async () => held ?? ask(false),
    async renewed(refused) {
      if (held !== null && held !== refused) return held;
      held = null;
      const next = await ask(true);
      // The application had nothing newer: the next attempt asks again.
      if (next === refused) held = null;
      return next === refused ? null : next;
    },
  };
}
