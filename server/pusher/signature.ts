// Signatures of the Pusher protocol: HMAC-SHA256 over a text, in hex, compared in constant time.
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { PUSHER_LIMITS, type PusherApp } from './options.ts';

export function sign({ secret }: PusherApp, text: string): string {
  return createHmac('sha256', secret).update(text).digest('hex');
}

/** `key:signature` for one socket on one channel. */
export function channelAuth(app: PusherApp, socketId: string, channel: string): string {
  return `${app.key}:${sign(app, `${socketId}:${channel}`)}`;
}

export function isSame(given: string, right: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(right)];
  return one.length === other.length && timingSafeEqual(one, other);
}

export interface SignedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: string;
}

/** Why a signed request is refused; null where it is good. */
export function refusalOf(app: PusherApp, { method, path, query, body }: SignedRequest, nowMs: number): string | null {
  if (query.get('auth_key') !== app.key) return 'auth_key is not that of this application';
  if (query.get('auth_version') !== '1.0') return 'auth_version is not 1.0';
  const age = Math.abs(nowMs - Number(query.get('auth_timestamp')) * 1_000);
  if (!(age <= PUSHER_LIMITS.clockMs)) return 'auth_timestamp is more than 600 s off';
  if (body !== '' && query.get('body_md5') !== createHash('md5').update(body).digest('hex')) return 'body_md5 is not that of the body';
  const signed = [...query].filter(([name]) => name !== 'auth_signature').map(([name, value]) => [name.toLowerCase(), value] as const);
  const ordered = signed.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => `${name}=${value}`);
  const right = sign(app, [method, path, ordered.join('&')].join('\n'));
  return isSame(query.get('auth_signature') ?? '', right) ? null : 'auth_signature is wrong';
}
