// Who is on the other side of a connection: address, scheme and host as the browser used them. What proxies say of it is believed only as far
// as the operator says that there are proxies, for anybody can send such a header.
import { isIPv4, isIPv6 } from 'node:net';
import type { MiddlewareHandler } from 'hono';
import type { RequestContext, ServerEnv } from './http-context.ts';
import type { Logger } from './log.ts';

export interface Peer {
  /** IP address; `local` for a request from inside the process. */
  readonly address: string;
  readonly isHttps: boolean;
  /** Host and port as the browser wrote them. */
  readonly host: string;
}

/** `proxies`: how many of our own stand in front of this server. Each appends the address that it was called from. */
export function notePeer(proxies: number, log: Pick<Logger, 'error'>): MiddlewareHandler<ServerEnv> {
  let hasTold = proxies > 0;
  return async (context, next) => {
    const peer = peerOf(context, proxies);
    context.set('peer', peer);
    if (!hasTold && isHandedOn(context, peer)) {
      hasTold = true;
      log.error('a proxy hands on requests, and TRUST_PROXY is 0: whoever comes through it counts as one address, for limits and failed sign-ins');
    }
    await next();
  };
}

/** By something on this machine or in its own network; from elsewhere anybody may say so. */
function isHandedOn({ req }: RequestContext, { address }: Peer): boolean {
  return req.header('x-forwarded-for') !== undefined && /^(::1$|127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|f[cd])/.test(address);
}

function peerOf(context: RequestContext, proxies: number): Peer {
  const url = new URL(context.req.url);
  const forwardedHost = proxies > 0 ? lastOf(context.req.header('x-forwarded-host')) : null;
  return {
    address: addressOf(context.req.header('x-forwarded-for'), context.env?.incoming?.socket.remoteAddress, proxies),
    // Believed from anybody: it only makes the cookie stricter.
    isHttps: url.protocol === 'https:' || lastOf(context.req.header('x-forwarded-proto')) === 'https',
    host: forwardedHost ?? context.req.header('host') ?? url.host,
  };
}

/** Counted from the end: what stands before our own proxies' entries was written by whoever called them. `remote`: of the socket; none inside the process. */
export function addressOf(forwardedFor: string | undefined, remote: string | undefined, proxies: number): string {
  const direct = (remote ?? 'local').replace(/^::ffff:(?=\d+\.)/, '');
  if (proxies === 0) return direct;
  const addresses = (forwardedFor ?? '').split(',').map((address) => address.trim());
  const address = withoutPort(addresses.at(-proxies) ?? '');
  return isIPv4(address) || isIPv6(address) ? address : direct;
}

function withoutPort(address: string): string {
  return /^\[(.+)\](?::\d+)?$/.exec(address)?.[1] ?? /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(address)?.[1] ?? address;
}

function lastOf(header: string | undefined): string | null {
  return header?.split(',').at(-1)?.trim() || null;
}

/** What counts as one customer of ours: an IPv6 customer has a whole /64 and may take any address of it. */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const [left = '', right] = address.split('::');
  const groups = left === '' ? [] : left.split(':');
  const tail = right === undefined || right === '' ? [] : right.split(':');
  const filled = right === undefined ? groups : [...groups, ...Array.from({ length: Math.max(0, 8 - groups.length - tail.length) }, () => '0'), ...tail];
  return `${filled
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, '').toLowerCase())
    .join(':')}::/64`;
}
