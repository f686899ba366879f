// Which pages may talk to this server: its own, and those of the origins that the operator lists. It answers what browsers ask before they let
// a foreign page through, and refuses writes that a foreign page makes with our cookie.
import type { MiddlewareHandler } from 'hono';
import { HEADERS } from '../src/protocol/http.ts';
import type { RequestContext, ServerEnv } from './http-context.ts';
import { HttpProblem } from './problem.ts';

const SAFE: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];

const ALLOWED_HEADERS = [
  ...['Authorization', 'Content-Type', 'If-Match', 'If-None-Match', 'Last-Event-ID'],
  ...[HEADERS.tenant, HEADERS.user, HEADERS.device, HEADERS.term, HEADERS.idempotencyKey],
].join(', ');
const EXPOSED_HEADERS = ['ETag', HEADERS.cursor, 'Idempotency-Replayed', 'Retry-After', 'RateLimit', 'RateLimit-Policy', 'X-Request-Id'].join(', ');
/** Chromium keeps a preflight's answer for two hours at most. */
const PREFLIGHT_SECONDS = 7_200;

/** Answers preflights, and lets the pages of `allowed` read answers. An origin that isn't listed gets no such header, so its browser refuses. */
export function allowOrigins(allowed: readonly string[]): MiddlewareHandler<ServerEnv> {
  return async (context, next) => {
    const origin = context.req.header('origin');
    if (allowed.length > 0) context.var.answerHeaders['Vary'] = 'Origin';
    if (origin !== undefined && allowed.includes(origin)) {
      Object.assign(context.var.answerHeaders, {
        'Access-Control-Allow-Origin': origin,
        'Access-Control-Allow-Credentials': 'true',
        'Access-Control-Expose-Headers': EXPOSED_HEADERS,
      });
    }
    if (context.req.method !== 'OPTIONS') return next();
    if (origin !== undefined && allowed.includes(origin)) {
      Object.assign(context.var.answerHeaders, {
        'Access-Control-Allow-Methods': 'GET, POST, PUT, PATCH, DELETE',
        'Access-Control-Allow-Headers': ALLOWED_HEADERS,
        'Access-Control-Max-Age': String(PREFLIGHT_SECONDS),
      });
    }
    return context.body(null, 204);
  };
}

/**
 * A cookie comes with every request, whichever page makes it, so an unsafe one must come from our own pages. A browser always says where
 * from, by Sec-Fetch-Site or Origin; what says neither is no browser and carries no cookie that it wasn't given. A bearer token comes only
 * with requests of whoever holds it: nothing to guard against.
 */
export function requireOwnPage(allowed: readonly string[]): MiddlewareHandler<ServerEnv> {
  return async (context, next) => {
    const isUnsafe = !SAFE.includes(context.req.method);
    if (isUnsafe && !hasBearer(context) && !isOwnPage(context, allowed)) {
      throw new HttpProblem('auth/forbidden', 'Writes are taken from pages of this origin only.', {
        field: 'Origin',
        expected: 'the origin of this server, or one that it lists',
      });
    }
    await next();
  };
}

export function hasBearer(context: RequestContext): boolean {
  return /^bearer /i.test(context.req.header('authorization') ?? '');
}

function isOwnPage(context: RequestContext, allowed: readonly string[]): boolean {
  const origin = context.req.header('origin');
  if (origin !== undefined && allowed.includes(origin)) return true;
  const site = context.req.header('sec-fetch-site');
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  return origin === undefined || hostOf(origin) === context.var.peer.host;
}

function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}
