// The server's own log lines: one JSON object a line. Callers pass names and numbers, never a body, a cookie or a password.

export type LogLevel = 'error' | 'info' | 'debug';
export type LogFields = Readonly<Record<string, string | number | boolean | null>>;

/** Port: another logger is an object with these three. */
export interface Logger {
  /** A developer should look. */
  error(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  debug(message: string, fields?: LogFields): void;
}

const RANK: Readonly<Record<LogLevel, number>> = { error: 0, info: 1, debug: 2 };

/** Writes lines of `level` and above. `write` gets one line with its newline. */
export function createLogger(level: LogLevel | 'silent', write: (line: string) => void, now: () => number = Date.now): Logger {
  const line =
    (at: LogLevel) =>
    (message: string, fields: LogFields = {}) => {
      if (level === 'silent' || RANK[at] > RANK[level]) return;
      write(`${JSON.stringify({ at: new Date(now()).toISOString(), level: at, message, ...fields })}\n`);
    };
  return { error: line('error'), info: line('info'), debug: line('debug') };
}

/** What an error says about itself, for a log field. */
export function describeError(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
