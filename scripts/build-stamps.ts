// What a build writes into the code: the values behind `process.env.*` of the documents, and which build this is.
import { readFileSync } from 'node:fs';

/**
 * Replacements for Vite's `define`. The build number is the time in seconds since 1970: it grows with every build, also with
 * one of older sources, because of two engines the one with the higher number takes over, and a rollback must do so too.
 */
export function buildStamps(now: Date = new Date()): Record<string, string> {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };
  return {
    __BUILD__: String(Math.floor(now.getTime() / 1_000)),
    __VERSION__: JSON.stringify(version),
    __PUSHER__: JSON.stringify(pusherApp(process.env['NEXT_PUBLIC_PUSHER_KEY'], process.env['NEXT_PUBLIC_PUSHER_CLUSTER'])),
    __CACHE_TTL_MS__: String(seconds('CACHE_TTL') * 1_000),
    'process.env.NEXT_PUBLIC_USE_SYNC': JSON.stringify(process.env['NEXT_PUBLIC_USE_SYNC'] ?? 'true'),
  };
}

/** Document 004's names. Without a key the server is asked; without a cluster it speaks the protocol itself. */
function pusherApp(key = '', cluster = ''): { readonly key: string; readonly cluster: string | null } | null {
  return key === '' ? null : { key, cluster: cluster || null };
}

/** Whole seconds up to a day; 0 = not given. Anything else stops the build, by name. */
function seconds(name: string): number {
  const given = process.env[name] ?? '';
  if (!/^\d{0,6}$/.test(given) || Number(given) > 86_400) throw new Error(`${name}=${given}: whole seconds from 1 to 86400 are expected, or nothing`);
  return Number(given);
}
