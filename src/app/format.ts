// How times, durations, money and names are written. Pure; 24-hour clock, digits always.

const clockTime = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const dayTime = new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'long', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const amounts = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** `13:58` on this device's clock; an invalid time is a dash. */
export function timeOfDay(atMs: number): string {
  return Number.isFinite(atMs) ? clockTime.format(atMs) : '–';
}

/** `Friday 20 November at 17:40`, for what may be of another day. */
export function dateAndTime(atMs: number): string {
  return Number.isFinite(atMs) ? dayTime.format(atMs) : '–';
}

/** `14:32` under an hour, `1 h 07` from one hour. */
export function duration(ms: number): string {
  if (ms >= HOUR_MS) return hoursAndMinutes(Math.floor(ms / MINUTE_MS));
  return `${pad(Math.floor(ms / MINUTE_MS))}:${pad(Math.floor((ms % MINUTE_MS) / SECOND_MS))}`;
}

/** `6 min` under an hour, `1 h 07` from one hour. */
export function wholeMinutes(minutes: number): string {
  return minutes >= 60 ? hoursAndMinutes(minutes) : `${minutes} min`;
}

/** Hours and minutes as a clock reads them: `2:38`. */
export function hoursClock(ms: number): string {
  return `${Math.floor(ms / HOUR_MS)}:${pad(Math.floor((ms % HOUR_MS) / MINUTE_MS))}`;
}

/** `Rs 3,850`: the branch writes its currency before the amount, without minor units. */
export function money(value: number, currency: string): string {
  return `${currency === 'LKR' ? 'Rs' : currency} ${amounts.format(value)}`;
}

/** Two letters for an avatar: of the first and last name, or the first two of a single one. */
export function initials(name: string): string {
  const [first = '', ...rest] = name.trim().split(/\s+/);
  const last = rest.at(-1);
  return (last ? first.charAt(0) + last.charAt(0) : first.slice(0, 2)).toUpperCase();
}

/** Age in steps of five seconds, so that a quiet indicator doesn't flicker; 0 = now. */
export function ageSteps(ageMs: number): number {
  return Math.floor(Math.max(0, ageMs) / (5 * SECOND_MS)) * 5;
}

function hoursAndMinutes(minutes: number): string {
  return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)}`;
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}

/** People call each other by the first name; two of one name are told apart on the avatar. */
export function firstName(name: string): string {
  return name.trim().split(/\s+/)[0] ?? name;
}
