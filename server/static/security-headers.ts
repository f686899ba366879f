// Headers on every answer: what a page of this origin may load, from where, what it may ask of the device, and who may frame it.
import type { MiddlewareHandler } from 'hono';
import type { ServerEnv } from '../http-context.ts';

/** `data:` for images alone: icons inlined by the build. Nothing inline runs, nothing foreign loads. */
const contentSecurityPolicy = (connects: readonly string[]): string =>
  [
    "default-src 'self'",
    "script-src 'self'",
    "style-src 'self'",
    "font-src 'self'",
    "img-src 'self' data:",
    // Its own origin by WebSocket, too.
    ["connect-src 'self'", ...connects].join(' '),
    "worker-src 'self'",
    "manifest-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');

/** The application asks for none of these; a script that got in can't either. */
const PERMISSIONS_POLICY = ['camera', 'microphone', 'geolocation', 'payment', 'usb', 'serial', 'hid', 'midi', 'display-capture', 'browsing-topics']
  .map((feature) => `${feature}=()`)
  .join(', ');

const HEADERS: Readonly<Record<string, string>> = {
  'Permissions-Policy': PERMISSIONS_POLICY,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/** Half a year. Browsers mind it on https only; without subdomains, which may be somebody else's. */
const HSTS = { 'Strict-Transport-Security': 'max-age=15552000' } as const;

/** Marks the answer of a stream, which has written its head by itself. */
const ALREADY_SENT = 'x-hono-already-sent';

/** Collects the headers of the answer in `answerHeaders`, and puts onto it what has gathered there when it is made. `connects`: beside this origin. */
export function securityHeaders(connects: readonly string[]): MiddlewareHandler<ServerEnv> {
  const all = { 'Content-Security-Policy': contentSecurityPolicy(connects), ...HEADERS };
  return async (context, next) => {
    const headers: Record<string, string> = { ...all, ...(context.var.peer.isHttps ? HSTS : {}) };
    context.set('answerHeaders', headers);
    await next();
    if (context.res.headers.has(ALREADY_SENT)) return;
    const { Vary: vary, ...others } = headers;
    for (const [name, value] of Object.entries(others)) context.res.headers.set(name, value);
    if (vary !== undefined) context.res.headers.append('Vary', vary);
  };
}
