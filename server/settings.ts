// The process's environment, read once and checked: a setting that can't be read stops the start with its name, instead of being guessed.
import { join, resolve } from 'node:path';
import type { LogLevel } from './log.ts';
import { DEFAULT_RETENTION, type RetentionOptions } from './sync/retention.ts';

export interface Settings {
  readonly port: number;
  readonly host: string;
  readonly dataDir: string;
  readonly distDir: string;
  readonly heartbeatMs: number;
  readonly checkpointMs: number;
  readonly retention: RetentionOptions;
  /** Null: no demo traffic. */
  readonly demo: { readonly rate: number; readonly seed: number } | null;
  /** `full` survives a power cut, `normal` the end of the process only; several times as many writes a second. */
  readonly durability: 'full' | 'normal';
  readonly logLevel: LogLevel | 'silent';
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads PORT, HOST, DATA_DIR, DIST_DIR, HEARTBEAT_MS, CHECKPOINT_MS, RETENTION_TTL_MS, RETENTION_MAX_EVENTS, DEMO_TRAFFIC, DEMO_RATE, DEMO_SEED, DURABILITY, LOG_LEVEL. */
export function readSettings(env: Environment, projectDir: string): Settings {
  const isDemoMoving = readChoice(env, 'DEMO_TRAFFIC', ['on', 'off'], 'on') === 'on';
  const number = (name: string, otherwise: number, least: number, most: number) => readNumber(env, name, otherwise, [least, most]);
  const demo = { rate: number('DEMO_RATE', 1, 1, 100), seed: number('DEMO_SEED', 1, 0, 2 ** 31) };
  return {
    port: number('PORT', 4_173, 0, 65_535),
    host: env['HOST'] || '127.0.0.1',
    dataDir: resolve(projectDir, env['DATA_DIR'] || 'data'),
    distDir: resolve(env['DIST_DIR'] || join(projectDir, 'dist')),
    heartbeatMs: number('HEARTBEAT_MS', 15_000, 100, 300_000),
    checkpointMs: number('CHECKPOINT_MS', 60_000, 100, 3_600_000),
    retention: {
      ttlMs: number('RETENTION_TTL_MS', DEFAULT_RETENTION.ttlMs, 1_000, Number.MAX_SAFE_INTEGER),
      maxEvents: number('RETENTION_MAX_EVENTS', DEFAULT_RETENTION.maxEvents, 0, 100_000_000),
    },
    demo: isDemoMoving ? demo : null,
    durability: readChoice(env, 'DURABILITY', ['full', 'normal'], 'full'),
    logLevel: readChoice(env, 'LOG_LEVEL', ['error', 'info', 'debug', 'silent'], 'error'),
  };
}

function readNumber(env: Environment, name: string, otherwise: number, [least, most]: readonly [number, number]): number {
  const text = env[name];
  if (text === undefined || text === '') return otherwise;
  const value = Number(text);
  if (Number.isFinite(value) && value >= least && value <= most) return value;
  throw new RangeError(`${name}=${text} can't be used: expected a number from ${least} to ${most}.`);
}

function readChoice<const Choice extends string>(env: Environment, name: string, choices: readonly Choice[], otherwise: Choice): Choice {
  const text = env[name];
  if (text === undefined || text === '') return otherwise;
  const choice = choices.find((known) => known === text);
  if (choice) return choice;
  throw new RangeError(`${name}=${text} can't be used: expected one of ${choices.join(', ')}.`);
}
