// Who is on the other side of a connection: address, scheme and host as the browser used them. What proxies say of it is believed only as far
// as the operator says that there are proxies, for anybody can send such a header.
import { isIPv4, isIPv6 } from 'node:net';
import type { MiddlewareHandler } from 'hono';
import type { RequestContext, ServerEnv } from './http-context.ts';

export interface Peer {
  /** IP address; `local` for a request from inside the process. */
  readonly address: string;
  readonly isHttps: boolean;
  /** Host and port as the browser wrote them. */
  readonly host: string;
}

/** `proxies`: how many of our own stand in front of this server. Each appends the address that it was called from. */
export function notePeer(proxies: number): MiddlewareHandler<ServerEnv> {
  return async (context, next) => {
    context.set('peer', peerOf(context, proxies));
    await next();
  };
}

function peerOf(context: RequestContext, proxies: number): Peer {
  const url = new URL(context.req.url);
  const forwardedHost = proxies > 0 ? lastOf(context.req.header('x-forwarded-host')) : null;
  return {
    address: forwardedAddress(context, proxies) ?? socketAddress(context),
    // Believed from anybody: it only makes the cookie stricter.
    isHttps: url.protocol === 'https:' || lastOf(context.req.header('x-forwarded-proto')) === 'https',
    host: forwardedHost ?? context.req.header('host') ?? url.host,
  };
}

/** Counted from the end: what stands before our own proxies' entries was written by whoever called them. */
function forwardedAddress(context: RequestContext, proxies: number): string | null {
  if (proxies === 0) return null;
  const addresses = (context.req.header('x-forwarded-for') ?? '').split(',').map((address) => address.trim());
  const address = withoutPort(addresses.at(-proxies) ?? '');
  return isIPv4(address) || isIPv6(address) ? address : null;
}

function socketAddress(context: RequestContext): string {
  return (context.env?.incoming?.socket.remoteAddress ?? 'local').replace(/^::ffff:(?=\d+\.)/, '');
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
