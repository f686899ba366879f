// Reads variables of the environment and gathers what is wrong with them, so that an operator sees all mistakes at the first start.
import { SECRET_BYTES } from './auth/token-options.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** An empty variable counts as one that isn't set. */
export interface EnvironmentReader {
  /** A whole number in digits alone: `1e3`, `0x10` and `0.5` are mistakes where something is counted. */
  integer(name: string, otherwise: number, least: number, most: number): number;
  choice<const Choice extends string>(name: string, choices: readonly Choice[], otherwise: Choice): Choice;
  text(name: string): string | null;
  /** Separated by commas; each must pass `test`. */
  list(name: string, test: (item: string) => boolean, expected: string): readonly string[];
  /** At least 32 bytes; never told in a message. */
  secret(name: string): string | null;
  /** Notes a mistake that only the setting's reader can see. */
  refuse(problem: string): void;
  /** Throws a SettingsError where anything was refused. */
  finish(): void;
}

/** Nobody else's variables begin so: a misspelt bound would leave the default in force without a word. */
const OURS = /^(MAX_STREAMS|RATE_LIMIT|RETENTION_|TRUST_PROX|ALLOWED_ORIGIN|METRICS_TOKEN|JWT_CLAIM|HEARTBEAT_MS|CHECKPOINT_MS|DEMO_(TRAFFIC|RATE|SEED))/;

export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

export function createEnvironmentReader(env: Environment): EnvironmentReader {
  const problems: string[] = [];
  const known = new Set<string>();
  const text = (name: string) => {
    known.add(name);
    return env[name] || null;
  };
  const refuse = (problem: string) => void problems.push(problem);
  const wrong = (name: string, expected: string) => refuse(`${name}=${env[name]} can't be used: expected ${expected}.`);
  return {
    text,
    refuse,
    integer(name, otherwise, least, most) {
      const given = text(name);
      if (given === null) return otherwise;
      const value = /^\d{1,16}$/.test(given) ? Number(given) : Number.NaN;
      if (value >= least && value <= most) return value;
      wrong(name, `a whole number from ${least} to ${most}`);
      return otherwise;
    },
    choice(name, choices, otherwise) {
      const given = text(name);
      const choice = given === null ? otherwise : choices.find((known) => known === given);
      if (choice !== undefined) return choice;
      wrong(name, `one of ${choices.join(', ')}`);
      return otherwise;
    },
    list(name, test, expected) {
      const items = (text(name) ?? '')
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== '');
      if (items.every(test)) return items;
      wrong(name, expected);
      return [];
    },
    secret(name) {
      const given = text(name);
      if (given === null || Buffer.byteLength(given) >= SECRET_BYTES) return given;
      refuse(`${name} can't be used: expected at least ${SECRET_BYTES} bytes, for example from openssl rand -base64 32.`);
      return null;
    },
    finish() {
      const unknown = Object.keys(env).filter((name) => OURS.test(name) && !known.has(name));
      for (const name of unknown) refuse(`${name} is no setting of this server: docs/operators.md lists them.`);
      if (problems.length > 0) throw new SettingsError(problems.join('\n'));
    },
  };
}
