// How the panel writes times, ages, sizes and ids. Pure.
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
const numbers = new Intl.NumberFormat('en');
const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const KIB = 1_024;
const MIB = KIB * KIB;

/** `13:58:04`. */
export function time(atMs: number): string {
  return clock.format(atMs);
}

/** `13:58:04.011`. */
export function preciseTime(atMs: number): string {
  return `${clock.format(atMs)}.${String(Math.floor(atMs % SECOND_MS)).padStart(3, '0')}`;
}

export function count(value: number): string {
  return numbers.format(value);
}

/** `4 s`, `12 min`, `3 h`, `2 d`. */
export function span(ms: number): string {
  if (ms < MINUTE_MS) return `${Math.max(0, Math.round(ms / SECOND_MS))} s`;
  if (ms < HOUR_MS) return `${Math.floor(ms / MINUTE_MS)} min`;
  return ms < DAY_MS ? `${Math.floor(ms / HOUR_MS)} h ${Math.floor((ms % HOUR_MS) / MINUTE_MS)} min` : `${Math.floor(ms / DAY_MS)} d`;
}

/** `310 B`, `3.8 kB`, `2.4 MB`, `10.0 GB`. */
export function size(bytes: number): string {
  if (bytes < KIB) return `${bytes} B`;
  if (bytes < MIB) return `${(bytes / KIB).toFixed(1)} kB`;
  return bytes < KIB * MIB ? `${(bytes / MIB).toFixed(1)} MB` : `${(bytes / KIB / MIB).toFixed(1)} GB`;
}

/** The first eight characters of a random id: enough to tell two apart. */
export function shortId(id: string): string {
  return id.slice(0, 8);
}
