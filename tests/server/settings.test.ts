// The environment as it is read at the start: defaults, all mistakes at once, and no secret in a message.
import { expect, test } from 'vitest';
import { SettingsError } from '../../server/environment.ts';
import { readSettings } from '../../server/settings.ts';

const SECRET = 'x'.repeat(32);
const read = (env: Record<string, string> = {}) => readSettings(env, '/project');
function problemsOf(env: Record<string, string>): string[] {
  try {
    read(env);
    return [];
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return error.message.split('\n');
  }
}

test('[SRV3] an empty environment is a good one, and an empty variable is none', () => {
  expect(read()).toMatchObject({
    port: 4_173,
    host: '127.0.0.1',
    dataDir: '/project/data',
    heartbeatMs: 15_000,
    allowedOrigins: [],
    proxies: 0,
    metricsToken: null,
    rates: { user: { requests: 6_000 } },
    caps: { total: 10_000 },
    tokens: { secret: null, accessMs: 600_000, issuers: [] },
  });
  expect(read({ PORT: '', JWT_ISSUER: '', ALLOWED_ORIGINS: '' })).toEqual(read());
});

test('[SRV3] all mistakes are told at once, each with its name', () => {
  const problems = problemsOf({
    PORT: 'x',
    DURABILITY: 'maybe',
    TRUST_PROXY: '-1',
    ALLOWED_ORIGINS: 'https://a.example,https://b.example/path',
    MAX_STREAMS: '0',
    RATE_LIMIT_USER: 'many',
    TOKEN_SECRET: 'short',
    JWT_JWKS_URL: 'http://keys.example/jwks',
    JWT_ROLES: 'admin=emperor',
    JWT_ALGORITHMS: 'none',
  });
  const names = ['PORT', 'DURABILITY', 'ALLOWED_ORIGINS', 'TRUST_PROXY', 'MAX_STREAMS', 'RATE_LIMIT_USER', 'TOKEN_SECRET', 'JWT_ROLES', 'JWT_JWKS_URL'];
  for (const name of [...names, 'JWT_ALGORITHMS', 'JWT_ISSUER and JWT_AUDIENCE'])
    expect(problems.filter((problem) => problem.startsWith(name))).toHaveLength(1);
  expect(problems).toHaveLength(names.length + 2);
});

test('[SRV3] what is counted is a whole number in its range, and the message names variable, value and range', () => {
  const counted = [
    ...[
      'PORT',
      'HEARTBEAT_MS',
      'CHECKPOINT_MS',
      'LEASE_MS',
      'RETENTION_TTL_MS',
      'RETENTION_MAX_EVENTS',
      'TRUST_PROXY',
      'TOKEN_SECONDS',
      'DEMO_RATE',
      'DEMO_SEED',
    ],
    ...['MAX_STREAMS', 'MAX_STREAMS_PER_TENANT', 'MAX_STREAMS_PER_USER', 'MAX_STREAMS_PER_DEVICE', 'JWT_MAX_AGE_SECONDS', 'JWT_CLOCK_TOLERANCE_SECONDS'],
    ...['RATE_LIMIT_ADDRESS', 'RATE_LIMIT_USER', 'RATE_LIMIT_DEVICE', 'RATE_LIMIT_CONNECTS'],
  ];
  for (const name of counted) {
    for (const value of ['0.5', '1e3', '0x10', ' 1000', '-1', 'Infinity', 'NaN', '1,000', '99999999999999999999', 'true']) {
      const problems = problemsOf({ [name]: value });
      expect(problems, `${name}=${value}`).toHaveLength(1);
      expect(problems[0]).toMatch(new RegExp(`^${name}=${value} can't be used: expected a whole number from \\d+ to \\d+\\.$`));
    }
  }
  expect(read({ TRUST_PROXY: '2', PORT: '0', RETENTION_MAX_EVENTS: '0' })).toMatchObject({ proxies: 2, port: 0, retention: { maxEvents: 0 } });
});

test('[SRV3] a misspelt setting and a host that is none are told as well', () => {
  for (const name of ['TRUST_PROXIES', 'RATE_LIMIT_USERS', 'MAX_STREAMS_PER_DEVICES', 'RETENTION_TTL', 'ALLOWED_ORIGIN', 'JWT_CLAIM_ROLES', 'HEARTBEAT_MS_'])
    expect(problemsOf({ [name]: '1' })).toEqual([`${name} is no setting of this server: docs/operators.md lists them.`]);
  expect(problemsOf({ PATH: '/bin', JWT_LIBRARY: 'theirs', PUSHER_CLUSTER: 'eu', NEXT_PUBLIC_PUSHER_KEY: 'k', CACHE_TTL: '60' })).toEqual([]);
  for (const host of ['http://0.0.0.0', '0.0.0.0:80', 'a b', '-x']) expect(problemsOf({ HOST: host })).toHaveLength(1);
  for (const host of ['::', '::1', '0.0.0.0', 'localhost', 'sync.example']) expect(read({ HOST: host }).host).toBe(host);
});

test('[SRV3] whom push services write to is an address, and a Pusher application is whole, with a secret that nobody guesses', () => {
  for (const contact of ['ops@example.com', 'http://example.com', 'mailto:', 'https://']) expect(problemsOf({ PUSH_CONTACT: contact })).toHaveLength(1);
  for (const contact of ['mailto:ops@example.com', 'https://example.com']) expect(read({ PUSH_CONTACT: contact }).push.subject).toBe(contact);
  const pusher = { PUSHER_APP_ID: '1', PUSHER_KEY: 'key', PUSHER_SECRET: 'f'.repeat(20) };
  expect(read(pusher).pusher).toEqual({ appId: '1', key: 'key', secret: pusher.PUSHER_SECRET });
  for (const wrong of [{ PUSHER_SECRET: 'secret' }, { PUSHER_KEY: '' }, { PUSHER_KEY: 'a/b' }]) {
    const problems = problemsOf({ ...pusher, ...wrong });
    expect(problems).toHaveLength(1);
    expect(problems[0]).not.toContain(pusher.PUSHER_SECRET);
  }
});

test('[SRV3] a trusted issuer is one with name, audience and one kind of key', () => {
  const shared = read({
    JWT_ISSUER: 'https://id.example',
    JWT_AUDIENCE: 'us',
    JWT_SECRET: SECRET,
    JWT_ROLES: 'admin=manager, staff=worker',
    JWT_CLAIM_TENANT: 'branch',
  });
  expect(shared.tokens.issuers).toEqual([
    {
      issuer: 'https://id.example',
      audience: 'us',
      key: { secret: SECRET },
      algorithms: ['HS256'],
      maxAgeMs: 86_400_000,
      claims: { tenant: 'branch', user: 'sub', role: 'role', name: 'name' },
      roles: { admin: 'manager', staff: 'worker' },
    },
  ]);
  const published = read({ JWT_ISSUER: 'https://id.example', JWT_AUDIENCE: 'us', JWT_JWKS_URL: 'https://id.example/keys', JWT_ALGORITHMS: 'ES256' });
  expect(published.tokens.issuers[0]).toMatchObject({ key: { jwksUrl: 'https://id.example/keys' }, algorithms: ['ES256'] });
  const base = { JWT_ISSUER: 'https://id.example', JWT_AUDIENCE: 'us' };
  const bad: Record<string, string>[] = [
    base,
    { JWT_SECRET: SECRET },
    { ...base, JWT_SECRET: SECRET, JWT_JWKS_URL: 'https://id.example/keys' },
    { ...base, JWT_SECRET: SECRET, JWT_ALGORITHMS: 'RS256' },
    { ...base, JWT_JWKS_URL: 'https://id.example/keys', JWT_ALGORITHMS: 'HS256' },
    { ...base, JWT_SECRET: SECRET, JWT_ISSUER: 'holdfast' },
    { ...base, JWT_SECRET: 'too short a secret' },
  ];
  for (const env of bad) {
    expect(problemsOf(env).length, JSON.stringify(env)).toBeGreaterThan(0);
    expect(problemsOf(env).join()).not.toContain(SECRET);
    expect(problemsOf(env).join()).not.toContain('too short a secret');
  }
});
