// How often somebody may ask, so that a runaway loop of one device costs the others nothing: by network before anybody knows who it is, then by
// user and by device, and connects apart. Every answer says what is left.
import type { MiddlewareHandler } from 'hono';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { HEADERS, PATHS } from '../src/protocol/http.ts';
import type { RequestContext, ServerEnv } from './http-context.ts';
import { LIMITS } from './limits.ts';
import { networkOf } from './peer.ts';
import { HttpProblem } from './problem.ts';

export interface Rate {
  readonly requests: number;
  readonly seconds: number;
}

export interface RateLimits {
  /** Of one address; an IPv6 network counts as one. */
  readonly address: Rate;
  readonly user: Rate;
  readonly device: Rate;
  /** Streams opened by one device, or by a user's readers that name none. */
  readonly connects: Rate;
}

/**
 * Far above what any honest client does (it holds itself to 12 in 10 s when things go wrong) and a third of what a process can answer:
 * operators who know their users set less.
 */
export const DEFAULT_RATES: RateLimits = {
  address: { requests: 20_000, seconds: 10 },
  user: { requests: 6_000, seconds: 10 },
  device: { requests: 6_000, seconds: 10 },
  connects: { requests: 2_400, seconds: 60 },
};

export type Meter = (context: RequestContext, key: string) => Promise<void>;

export interface RateGuards {
  readonly byAddress: MiddlewareHandler<ServerEnv>;
  /** Behind `requireSession`. */
  readonly byUser: MiddlewareHandler<ServerEnv>;
}

/** Null: no limits. What is remembered is bounded by what came in the last window. */
export function createRateGuards(rates: RateLimits | null): RateGuards {
  if (rates === null) return { byAddress: (_context, next) => next(), byUser: (_context, next) => next() };
  const [address, user] = [createMeter('address', rates.address), createMeter('user', rates.user)];
  const [device, connects] = [createMeter('device', rates.device), createMeter('connects', rates.connects)];
  return {
    async byAddress(context, next) {
      await address(context, networkOf(context.var.peer.address));
      await next();
    },
    async byUser(context, next) {
      const { session } = context.var;
      const owner = JSON.stringify([session.tenant, session.user]);
      const named = context.req.header(HEADERS.device)?.slice(0, LIMITS.idLength);
      await user(context, owner);
      if (named !== undefined) await device(context, `${owner} ${named}`);
      if (isStream(context)) await connects(context, `${owner} ${named ?? ''}`);
      await next();
    },
  };
}

function isStream(context: RequestContext): boolean {
  const { path } = context.req;
  return (path === PATHS.events && !isBatch(context)) || path.endsWith('/realtime/orders');
}

function isBatch(context: RequestContext): boolean {
  const accept = context.req.header('accept') ?? '';
  return accept.includes('json') && !accept.includes('text/event-stream');
}

/** Counts by key; throws `rate/limited` over the limit. */
export function createMeter(name: string, { requests, seconds }: Rate): Meter {
  const limiter = new RateLimiterMemory({ points: requests, duration: seconds });
  return async (context, key) => {
    const result = await limiter.consume(key).catch((refusal: unknown) => {
      if (refusal instanceof RateLimiterRes) return refusal;
      throw refusal;
    });
    const wait = Math.max(1, Math.ceil(result.msBeforeNext / 1_000));
    note(context, 'RateLimit-Policy', `"${name}";q=${requests};w=${seconds}`);
    note(context, 'RateLimit', `"${name}";r=${result.remainingPoints};t=${wait}`);
    if (result.consumedPoints <= requests) return;
    throw new HttpProblem('rate/limited', `Too many requests of one ${name === 'connects' ? 'reader' : name}: wait.`, { retryAfter: wait });
  };
}

/** The headers are lists: one item a limit that was asked. */
function note(context: RequestContext, header: string, item: string): void {
  const headers = context.var.answerHeaders;
  headers[header] = headers[header] === undefined ? item : `${headers[header]}, ${item}`;
}
