// One line a request. The path stands there without its query, which may hold what its sender thought private.
import { randomUUID } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import type { ServerEnv } from './http-context.ts';
import type { Logger } from './log.ts';

const PATH_CHARACTERS = 200;

/** Gives every request an id, which its answer and all lines about it carry. A proxy's id is kept where there are proxies of ours. */
export function logRequests(log: Logger, proxies: number): MiddlewareHandler<ServerEnv> {
  return async (context, next) => {
    const given = proxies > 0 ? context.req.header('x-request-id') : undefined;
    const request = given !== undefined && /^[\w.-]{1,64}$/.test(given) ? given : randomUUID();
    context.set('requestId', request);
    context.var.answerHeaders['X-Request-Id'] = request;
    const since = performance.now();
    await next();
    const { method, path } = context.req;
    log.debug('request', { request, method, path: path.slice(0, PATH_CHARACTERS), status: context.res.status, ms: Math.round(performance.now() - since) });
  };
}
