// The process's environment, read once and checked: everything that can't be read is told at once, by its name, instead of being guessed.
// docs/operators.md lists the names.
import { isIP } from 'node:net';
import { join, resolve } from 'node:path';
import { DEFAULT_TOKENS, type TokenOptions } from './auth/token-options.ts';
import { type Environment, createEnvironmentReader, type EnvironmentReader } from './environment.ts';
import type { LogLevel } from './log.ts';
import { LIMITS } from './limits.ts';
import { DEFAULT_PUSH, type PushOptions } from './push/open-push.ts';
import type { PusherApp } from './pusher/options.ts';
import { DEFAULT_RATES, type RateLimits } from './rate-limits.ts';
import { DEFAULT_RETENTION, type RetentionOptions } from './sync/retention.ts';
import { STREAM_CAPS, type StreamCaps } from './sync/stream-caps.ts';
import { readIssuer } from './token-settings.ts';

export interface Settings {
  readonly port: number;
  readonly host: string;
  readonly dataDir: string;
  readonly distDir: string;
  readonly heartbeatMs: number;
  readonly checkpointMs: number;
  readonly streamGzip: boolean;
  readonly leaseMs: number;
  readonly push: PushOptions;
  /** Null: no Pusher clients. */
  readonly pusher: PusherApp | null;
  /** Where its pages may connect beside it. */
  readonly pageConnects: readonly string[];
  readonly retention: RetentionOptions;
  /** Null: no demo traffic. */
  readonly demo: { readonly rate: number; readonly seed: number } | null;
  /** `full` survives a power cut, `normal` the end of the process only; several times as many writes a second. */
  readonly durability: 'full' | 'normal';
  readonly logLevel: LogLevel | 'silent';
  readonly allowedOrigins: readonly string[];
  readonly proxies: number;
  /** Null: `/metrics` is for this machine alone. */
  readonly metricsToken: string | null;
  readonly caps: StreamCaps;
  /** Null: nobody is held back. */
  readonly rates: RateLimits | null;
  readonly tokens: TokenOptions;
}

/** Throws one error that names every setting which can't be used. */
export function readSettings(env: Environment, projectDir: string): Settings {
  const read = createEnvironmentReader(env);
  const isDemoMoving = read.choice('DEMO_TRAFFIC', ['on', 'off'], 'on') === 'on';
  const demo = { rate: read.integer('DEMO_RATE', 1, 1, 100), seed: read.integer('DEMO_SEED', 1, 0, 2 ** 31) };
  const settings: Settings = {
    port: read.integer('PORT', 4_173, 0, 65_535),
    host: readHost(read),
    dataDir: resolve(projectDir, read.text('DATA_DIR') ?? 'data'),
    distDir: resolve(read.text('DIST_DIR') ?? join(projectDir, 'dist')),
    heartbeatMs: read.integer('HEARTBEAT_MS', 15_000, 100, 300_000),
    checkpointMs: read.integer('CHECKPOINT_MS', 60_000, 100, 3_600_000),
    streamGzip: read.choice('SSE_GZIP', ['on', 'off'], 'on') === 'on',
    push: {
      subject: readContact(read),
      services: read.list('PUSH_SERVICES', isOrigin, 'origins like https://push.example, separated by commas'),
    },
    pusher: readPusher(read),
    pageConnects: readPageConnects(read),
    leaseMs: read.integer('LEASE_MS', LIMITS.leaseMs, 1_000, 3_600_000),
    retention: {
      ttlMs: read.integer('RETENTION_TTL_MS', DEFAULT_RETENTION.ttlMs, 1_000, Number.MAX_SAFE_INTEGER),
      maxEvents: read.integer('RETENTION_MAX_EVENTS', DEFAULT_RETENTION.maxEvents, 0, 100_000_000),
    },
    demo: isDemoMoving ? demo : null,
    durability: read.choice('DURABILITY', ['full', 'normal'], 'full'),
    logLevel: read.choice('LOG_LEVEL', ['error', 'info', 'debug', 'silent'], 'error'),
    allowedOrigins: read.list('ALLOWED_ORIGINS', isOrigin, 'origins like https://app.example, separated by commas'),
    proxies: read.integer('TRUST_PROXY', 0, 0, 10),
    metricsToken: read.secret('METRICS_TOKEN'),
    caps: {
      perDevice: read.integer('MAX_STREAMS_PER_DEVICE', STREAM_CAPS.perDevice, 1, 1_000_000),
      perUser: read.integer('MAX_STREAMS_PER_USER', STREAM_CAPS.perUser, 1, 1_000_000),
      perTenant: read.integer('MAX_STREAMS_PER_TENANT', STREAM_CAPS.perTenant, 1, 1_000_000),
      total: read.integer('MAX_STREAMS', STREAM_CAPS.total, 1, 1_000_000),
    },
    rates: readRates(read),
    tokens: {
      secret: read.secret('TOKEN_SECRET'),
      accessMs: read.integer('TOKEN_SECONDS', DEFAULT_TOKENS.accessMs / 1_000, 5, 86_400) * 1_000,
      clockToleranceMs: read.integer('JWT_CLOCK_TOLERANCE_SECONDS', DEFAULT_TOKENS.clockToleranceMs / 1_000, 0, 300) * 1_000,
      issuers: readIssuer(read),
    },
  };
  read.finish();
  return settings;
}

/** An address with a port or a scheme would fail later, with an error that names no setting. */
function readHost(read: EnvironmentReader): string {
  const host = read.text('HOST') ?? '127.0.0.1';
  if (isIP(host) === 0 && !/^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/.test(host))
    read.refuse(`HOST=${host} can't be used: expected an address or a name, without scheme and port, as 0.0.0.0 or ::.`);
  return host;
}

/** Checked here: push services and their library refuse another one with every message. */
function readContact(read: EnvironmentReader): string {
  const given = read.text('PUSH_CONTACT');
  if (given !== null && !(/^(mailto:.|https:\/\/)/.test(given) && URL.canParse(given)))
    read.refuse(`PUSH_CONTACT=${given} can't be used: expected a mailto: or https address.`);
  return given ?? DEFAULT_PUSH.subject;
}

/** Everybody who is signed in gets signatures to guess it from; Pusher's own secrets have 20 characters. */
const PUSHER_SECRET_BYTES = 16;

/** Part of the name of a host; null where it is not set. */
function readCluster(read: EnvironmentReader, name: string): string | null {
  const cluster = read.text(name);
  if (cluster === null || /^[a-z0-9-]{1,32}$/.test(cluster)) return cluster;
  read.refuse(`${name}=${cluster} can't be used: expected the name of a cluster, like eu.`);
  return null;
}

/** Where browsers connect to Pusher's cloud, the build's way and this server's: the official library makes the same of a cluster's name. */
function readPageConnects(read: EnvironmentReader): readonly string[] {
  const clusters = ['PUSHER_CLUSTER', 'NEXT_PUBLIC_PUSHER_CLUSTER'].map((name) => readCluster(read, name));
  return [...new Set(clusters.flatMap((cluster) => (cluster === null ? [] : [`wss://ws-${cluster}.pusher.com`])))];
}

/** All three or none: a key without its secret would look as if it worked. */
function readPusher(read: EnvironmentReader): PusherApp | null {
  const [appId, key, secret] = ['PUSHER_APP_ID', 'PUSHER_KEY', 'PUSHER_SECRET'].map((name) => read.text(name) ?? '');
  const cluster = read.text('PUSHER_CLUSTER');
  if (!appId && !key && !secret) return null;
  const isGood = [appId, key].every((name = '') => /^[\w-]{1,64}$/.test(name)) && Buffer.byteLength(secret ?? '') >= PUSHER_SECRET_BYTES;
  if (isGood && appId && key && secret) return { appId, key, secret, ...(cluster !== null && { cluster }) };
  const expected = `all three, the first two of letters, digits, _ and -, the secret of at least ${PUSHER_SECRET_BYTES} bytes`;
  read.refuse(`PUSHER_APP_ID, PUSHER_KEY and PUSHER_SECRET can't be used: expected ${expected}.`);
  return null;
}

function readRates(read: EnvironmentReader): RateLimits | null {
  const isOn = read.choice('RATE_LIMITS', ['on', 'off'], 'on') === 'on';
  const { address, user, device, connects } = DEFAULT_RATES;
  const rates: RateLimits = {
    address: { ...address, requests: read.integer('RATE_LIMIT_ADDRESS', address.requests, 1, 1_000_000) },
    user: { ...user, requests: read.integer('RATE_LIMIT_USER', user.requests, 1, 1_000_000) },
    device: { ...device, requests: read.integer('RATE_LIMIT_DEVICE', device.requests, 1, 1_000_000) },
    connects: { ...connects, requests: read.integer('RATE_LIMIT_CONNECTS', connects.requests, 1, 1_000_000) },
  };
  return isOn ? rates : null;
}

function isOrigin(value: string): boolean {
  return /^https?:\/\//.test(value) && URL.canParse(value) && new URL(value).origin === value;
}
