// Headers on every answer: what a page of this origin may load, from where, and who may frame it.
import type { MiddlewareHandler } from 'hono';
import type { ServerEnv } from '../http-context.ts';

/** `data:` for images alone: icons inlined by the build. Nothing inline runs, nothing foreign loads. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self'",
  "manifest-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

const HEADERS: readonly (readonly [name: string, value: string])[] = [
  ['Content-Security-Policy', CONTENT_SECURITY_POLICY],
  ['X-Content-Type-Options', 'nosniff'],
  ['Referrer-Policy', 'no-referrer'],
  ['Cross-Origin-Opener-Policy', 'same-origin'],
  ['Cross-Origin-Resource-Policy', 'same-origin'],
];

/** Marks the answer of a stream, which writes its own headers. */
const ALREADY_SENT = 'x-hono-already-sent';

export const securityHeaders: MiddlewareHandler<ServerEnv> = async (context, next) => {
  await next();
  if (context.res.headers.has(ALREADY_SENT)) return;
  for (const [name, value] of HEADERS) context.res.headers.set(name, value);
};
