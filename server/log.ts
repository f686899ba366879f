// The server's own log lines: one JSON object a line, by pino. Callers pass names and numbers, never a body, a cookie, a token or a password;
// should one do so by mistake, what bears such a name is blacked out.
import { pino, type DestinationStream } from 'pino';

export type LogLevel = 'error' | 'info' | 'debug';
export type LogFields = Readonly<Record<string, string | number | boolean | null>>;

/** Port: another logger is an object with these three. */
export interface Logger {
  /** A developer should look. */
  error(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  debug(message: string, fields?: LogFields): void;
}

/** Secrets, and what names a customer: neither belongs into a file that is copied about. */
const SECRET = ['password', 'cookie', 'authorization', 'token', 'accessToken', 'refreshToken', 'secret', 'email', 'plate', 'phone', 'body'];

/** Writes lines of `level` and above. `write` gets one line with its newline. */
export function createLogger(level: LogLevel | 'silent', write: (line: string) => void, now: () => number = Date.now): Logger {
  const destination: DestinationStream = { write };
  const lines = pino(
    {
      level,
      messageKey: 'message',
      base: null,
      timestamp: () => `,"at":"${new Date(now()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: SECRET, censor: '-' },
    },
    destination,
  );
  return {
    error: (message, fields = {}) => lines.error(fields, message),
    info: (message, fields = {}) => lines.info(fields, message),
    debug: (message, fields = {}) => lines.debug(fields, message),
  };
}

/** What an error says about itself, for a log field. */
export function describeError(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
