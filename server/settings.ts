// The process's environment, read once and checked: everything that can't be read is told at once, by its name, instead of being guessed.
// docs/operators.md lists the names.
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
  readonly leaseMs: number;
  readonly push: PushOptions;
  /** Null: no Pusher clients. */
  readonly pusher: PusherApp | null;
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
  const demo = { rate: read.number('DEMO_RATE', 1, 1, 100), seed: read.number('DEMO_SEED', 1, 0, 2 ** 31) };
  const settings: Settings = {
    port: read.number('PORT', 4_173, 0, 65_535),
    host: read.text('HOST') ?? '127.0.0.1',
    dataDir: resolve(projectDir, read.text('DATA_DIR') ?? 'data'),
    distDir: resolve(read.text('DIST_DIR') ?? join(projectDir, 'dist')),
    heartbeatMs: read.number('HEARTBEAT_MS', 15_000, 100, 300_000),
    checkpointMs: read.number('CHECKPOINT_MS', 60_000, 100, 3_600_000),
    push: {
      subject: readContact(read),
      services: read.list('PUSH_SERVICES', isOrigin, 'origins like https://push.example, separated by commas'),
    },
    pusher: readPusher(read),
    leaseMs: read.number('LEASE_MS', LIMITS.leaseMs, 1_000, 3_600_000),
    retention: {
      ttlMs: read.number('RETENTION_TTL_MS', DEFAULT_RETENTION.ttlMs, 1_000, Number.MAX_SAFE_INTEGER),
      maxEvents: read.number('RETENTION_MAX_EVENTS', DEFAULT_RETENTION.maxEvents, 0, 100_000_000),
    },
    demo: isDemoMoving ? demo : null,
    durability: read.choice('DURABILITY', ['full', 'normal'], 'full'),
    logLevel: read.choice('LOG_LEVEL', ['error', 'info', 'debug', 'silent'], 'error'),
    allowedOrigins: read.list('ALLOWED_ORIGINS', isOrigin, 'origins like https://app.example, separated by commas'),
    proxies: read.number('TRUST_PROXY', 0, 0, 10),
    metricsToken: read.secret('METRICS_TOKEN'),
    caps: {
      perDevice: read.number('MAX_STREAMS_PER_DEVICE', STREAM_CAPS.perDevice, 1, 1_000_000),
      perUser: read.number('MAX_STREAMS_PER_USER', STREAM_CAPS.perUser, 1, 1_000_000),
      perTenant: read.number('MAX_STREAMS_PER_TENANT', STREAM_CAPS.perTenant, 1, 1_000_000),
      total: read.number('MAX_STREAMS', STREAM_CAPS.total, 1, 1_000_000),
    },
    rates: readRates(read),
    tokens: {
      secret: read.secret('TOKEN_SECRET'),
      accessMs: read.number('TOKEN_SECONDS', DEFAULT_TOKENS.accessMs / 1_000, 5, 86_400) * 1_000,
      clockToleranceMs: read.number('JWT_CLOCK_TOLERANCE_SECONDS', DEFAULT_TOKENS.clockToleranceMs / 1_000, 0, 300) * 1_000,
      issuers: readIssuer(read),
    },
  };
  read.finish();
  return settings;
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

/** All three or none: a key without its secret would look as if it worked. */
function readPusher(read: EnvironmentReader): PusherApp | null {
  const [appId, key, secret] = [read.text('PUSHER_APP_ID'), read.text('PUSHER_KEY'), read.text('PUSHER_SECRET')];
  if (appId === null && key === null && secret === null) return null;
  const isGood = [appId, key].every((name) => /^[\w-]{1,64}$/.test(name ?? '')) && Buffer.byteLength(secret ?? '') >= PUSHER_SECRET_BYTES;
  if (isGood && appId !== null && key !== null && secret !== null) return { appId, key, secret };
  const expected = `all three, the first two of letters, digits, _ and -, the secret of at least ${PUSHER_SECRET_BYTES} bytes`;
  read.refuse(`PUSHER_APP_ID, PUSHER_KEY and PUSHER_SECRET can't be used: expected ${expected}.`);
  return null;
}

function readRates(read: EnvironmentReader): RateLimits | null {
  const isOn = read.choice('RATE_LIMITS', ['on', 'off'], 'on') === 'on';
  const { address, user, device, connects } = DEFAULT_RATES;
  const rates: RateLimits = {
    address: { ...address, requests: read.number('RATE_LIMIT_ADDRESS', address.requests, 1, 1_000_000) },
    user: { ...user, requests: read.number('RATE_LIMIT_USER', user.requests, 1, 1_000_000) },
    device: { ...device, requests: read.number('RATE_LIMIT_DEVICE', device.requests, 1, 1_000_000) },
    connects: { ...connects, requests: read.number('RATE_LIMIT_CONNECTS', connects.requests, 1, 1_000_000) },
  };
  return isOn ? rates : null;
}

function isOrigin(value: string): boolean {
  return /^https?:\/\//.test(value) && URL.canParse(value) && new URL(value).origin === value;
}
