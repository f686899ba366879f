// The text form of a place in a tenant's log: `<epoch>_<seq, 16 digits>_<check>`.
// A client does three things with a cursor: send it back, test equality, compare seq inside one epoch.

/** A cursor taken apart. `text` is the whole again, so that equality needs no formatting. */
export interface Cursor {
  readonly text: string;
  /** Identity of the log's history: another epoch means that older sequences mean nothing. */
  readonly epoch: string;
  /** Place in the tenant's log, contiguous from 1; 0 is the place before the first event. */
  readonly seq: number;
  /** 8 hex digits of a hash chained over the log: tells a forked history of the same epoch. */
  readonly check: string;
}

/** Epochs that begin so are of this device: it numbers by itself what a server without cursors sends (bare mode). No server is ever told of them. */
export const BARE_EPOCH = 'bare-';

const CURSOR = /^([A-Za-z0-9-]{1,64})_(\d{16})_([0-9a-f]{8})$/;

/** Writes a cursor. `epoch` is `[A-Za-z0-9-]+`, `seq` a safe integer, `check` 8 hex digits. */
export function formatCursor(epoch: string, seq: number, check: string): string {
  return `${epoch}_${String(seq).padStart(16, '0')}_${check}`;
}

/** Reads a cursor; null for anything that isn't one. Never throws. */
export function parseCursor(text: unknown): Cursor | null {
  if (typeof text !== 'string') return null;
  const match = CURSOR.exec(text);
  if (!match) return null;
  const [, epoch = '', digits = '', check = ''] = match;
  const seq = Number(digits);
  return Number.isSafeInteger(seq) ? { text, epoch, seq, check } : null;
}
