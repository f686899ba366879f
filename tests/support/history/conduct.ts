// How a client behaves: politely towards the server (R14), unharmed by what it is sent (R15, R16), honest towards the person (R17).
import { faultOf, numberIn, usualSpread } from './config.ts';
import { isByClient, isSameDevice, isSameFault, textIn, type Entry, type Incarnation, type Stream, type Tapes } from './tapes.ts';
import type { Violation } from './violation.ts';

/** How a load may end; anything else is a navigation that nobody ordered. */
const ENDS: readonly string[] = ['closed', 'crashed', 'killed', 'reload', 'logout'];
const HERD = 20;
const WINDOW_MS = 10_000;

export function judgeConduct(tapes: Tapes): Violation[] {
  return [
    ...tooMany(tapes),
    ...tooEarly(tapes),
    ...herds(tapes),
    ...errors(tapes),
    ...harmed(tapes),
    ...tapes.incarnations.flatMap((inc) => dishonest(inc, tapes)),
  ];
}

interface Request {
  readonly t: number;
  readonly at: number;
  readonly device: string;
  readonly path: string;
  readonly entry: Entry;
}

const pathOf = (entry: Entry): string => (textIn(entry, 'path') ?? '').split('?')[0] ?? '';

/** Every request once: the opening of a stream is one too, and may stand in the tape as both. */
function requestsOf(tapes: Tapes): Request[] {
  const toRequest = (entry: Entry): Request => ({ t: entry.t, at: entry.at, device: String(entry.raw['device']), path: pathOf(entry), entry });
  const asked = tapes.of('W.req').map(toRequest);
  const isNoted = (open: Request): boolean =>
    asked.some(({ t, device, path }) => device === open.device && path === open.path && Math.abs(t - open.t) <= tapes.cfg.EPS);
  const opened = tapes.of('W.open').map(toRequest);
  return [...asked, ...opened.filter((open) => !isNoted(open))].toSorted((a, b) => a.t - b.t || a.at - b.at);
}

/** R14: requests of a device in any ten seconds of a fault. */
function tooMany(tapes: Tapes): Violation[] {
  const windows = tapes.of('N.start').map((start) => ({ from: start.t, to: endOf(start, tapes) }));
  if (windows.length === 0) return [];
  const devices = Map.groupBy(requestsOf(tapes), ({ device }) => device);
  return [...devices].flatMap(([where, requests]) =>
    windows.flatMap(({ from, to }) => {
      const inside = requests.filter(({ t }) => t >= from && t <= to);
      const most = Math.max(0, ...inside.map(({ t }) => inside.filter((other) => other.t >= t && other.t < t + WINDOW_MS).length));
      return most <= tapes.cfg.REQ10 ? [] : [{ rule: 'R14', where, detail: `${most} requests in ten seconds` } as const];
    }),
  );
}

function endOf(start: Entry, { of }: Tapes): number {
  return of('N.end').find((end) => end.at > start.at && isSameFault(start, end))?.t ?? Infinity;
}

/** R14: Retry-After, wherever it was said. */
function tooEarly(tapes: Tapes): Violation[] {
  const requests = requestsOf(tapes);
  return requests.flatMap((refused): Violation[] => {
    const seconds = secondsOf(refused.entry.raw['retryAfter']);
    if (seconds === null) return [];
    const next = requests.find(({ at, t, device, path }) => at > refused.at && t >= refused.t && device === refused.device && path === refused.path);
    if (!next || next.t - refused.t >= seconds * 1_000 - tapes.cfg.EPS) return [];
    return [
      { rule: 'R14', where: refused.device, detail: `${refused.path} was asked for again after ${Math.round(next.t - refused.t)} ms instead of ${seconds} s` },
    ];
  });
}

/** Seconds; a date can't be held against a monotonic clock. */
function secondsOf(value: unknown): number | null {
  const seconds = typeof value === 'string' && /^\d+(\.\d+)?$/.test(value) ? Number(value) : value;
  return typeof seconds === 'number' && seconds > 0 ? seconds : null;
}

/** R14: many devices that lose their server at one moment come back spread. */
function herds(tapes: Tapes): Violation[] {
  const cut = tapes.streams.filter(({ closedAt, how }) => closedAt < Infinity && !isByClient(how)).toSorted((a, b) => a.closedAt - b.closedAt);
  const violations: Violation[] = [];
  for (let from = 0; from < cut.length;) {
    const moment = cut[from]?.closedAt ?? 0;
    const together = cut.slice(from).filter(({ closedAt }) => closedAt <= moment + tapes.cfg.EPS);
    from += together.length;
    violations.push(...herd(together, moment, tapes));
  }
  return violations;
}

function herd(together: readonly Stream[], moment: number, tapes: Tapes): Violation[] {
  const devices = new Set(together.map(({ device }) => device));
  if (devices.size < HERD) return [];
  const spreadMs = announcedSpread(moment, tapes) ?? usualSpread(devices.size);
  const requests = requestsOf(tapes);
  const firsts = [...devices].flatMap((device) => {
    const cutAt = Math.max(...together.filter((stream) => stream.device === device).map(({ closedAt }) => closedAt));
    const paths = new Set(together.map(({ open }) => pathOf(open)));
    return requests.find((request) => request.device === device && request.t >= cutAt && paths.has(request.path))?.t ?? [];
  });
  if (firsts.length < HERD) return [];
  const spread = Math.max(...firsts) - Math.min(...firsts);
  if (spread >= 0.6 * spreadMs) return [];
  return [{ rule: 'R14', where: 'all', detail: `${firsts.length} devices came back within ${Math.round(spread)} ms, ${spreadMs} were announced` }];
}

function announcedSpread(moment: number, tapes: Tapes): number | null {
  const near = tapes.of('N.start').findLast(({ t, raw }) => t <= moment + tapes.cfg.EPS && numberIn(raw['args'], 'spreadMs') !== null);
  return numberIn(near?.raw['args'], 'spreadMs') ?? tapes.cfg.spreadMs;
}

/** R15. */
function errors({ incarnations }: Tapes): Violation[] {
  return incarnations.flatMap(({ where, entries, how }): Violation[] => [
    ...entries
      .filter(({ k }) => k === 'P.error' || k === 'P.handlerError')
      .map((entry): Violation => ({ rule: 'R15', where, detail: textIn(entry, 'message') ?? 'an error without a message' })),
    ...(how !== null && !ENDS.includes(how) ? [{ rule: 'R15', where, detail: `the page left by itself: ${how}` } as const] : []),
  ]);
}

/** R16: what a page says of itself after a hostile event. */
function harmed({ of }: Tapes): Violation[] {
  return of('P.inert').flatMap(({ raw }): Violation[] => {
    const where = `${String(raw['tab'])}#${String(raw['inc'])}`;
    const keys = Array.isArray(raw['protoKeys']) ? raw['protoKeys'] : [];
    return [
      ...(keys.length > 0 ? [{ rule: 'R16', where, detail: `Object.prototype has ${keys.join(', ')}` } as const] : []),
      ...(raw['canary'] ? [{ rule: 'R16', where, detail: 'what came as text was run' } as const] : []),
    ];
  });
}

/** R17: for longer than STATUS a tab says Live without bytes, or Offline with them. */
function dishonest(inc: Incarnation, tapes: Tapes): Violation[] {
  const { cfg, streams, lastAt } = tapes;
  if (tapes.of('W.open').length + tapes.of('W.req').length === 0) return [];
  const fresh = freshSpans(
    streams.filter(({ device }) => isSameDevice(device, inc.device)),
    cfg.HB_DEAD,
  );
  const said = inc.entries.filter(({ k }) => k === 'P.health');
  const end = Math.min(inc.endedAt, lastAt);
  const spans = mergeStates(said, end);
  return spans.flatMap(({ state, from, to, isVisible }): Violation[] => {
    if (!isVisible) return [];
    const [longest, what] =
      state === 'live' ? [longestGap(fresh, from, to), 'without a byte'] : state === 'offline' ? [longestSpan(fresh, from, to), 'while bytes came'] : [0, ''];
    return longest > cfg.STATUS ? [{ rule: 'R17', where: inc.where, detail: `said ${state} for ${Math.round(longest)} ms ${what}` }] : [];
  });
}

interface Said {
  readonly state: string;
  readonly from: number;
  readonly to: number;
  readonly isVisible: boolean;
}

/** One span for as long as the same is said. */
function mergeStates(said: readonly Entry[], end: number): Said[] {
  const spans: Said[] = [];
  for (const [index, { t, raw }] of said.entries()) {
    const span = { state: String(raw['state']), from: t, to: said[index + 1]?.t ?? Math.max(end, t), isVisible: raw['visible'] !== false };
    const last = spans.at(-1);
    if (last && last.state === span.state && last.isVisible === span.isVisible) spans[spans.length - 1] = { ...last, to: span.to };
    else spans.push(span);
  }
  return spans;
}

type Span = readonly [from: number, to: number];

function freshSpans(streams: readonly Stream[], deadMs: number): Span[] {
  const spans = streams.flatMap(({ bytesAt, closedAt }) => bytesAt.map((t): Span => [t, Math.min(t + deadMs, closedAt)])).toSorted((a, b) => a[0] - b[0]);
  const merged: [number, number][] = [];
  for (const [from, to] of spans) {
    const last = merged.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else merged.push([from, to]);
  }
  return merged;
}

function longestSpan(spans: readonly Span[], from: number, to: number): number {
  return Math.max(0, ...spans.map((span) => Math.min(span[1], to) - Math.max(span[0], from)));
}

function longestGap(spans: readonly Span[], from: number, to: number): number {
  const inside = spans.filter((span) => span[1] > from && span[0] < to);
  let longest = 0;
  let at = from;
  for (const span of inside) {
    longest = Math.max(longest, span[0] - at);
    at = Math.max(at, span[1]);
  }
  return Math.max(longest, to - at);
}

/** Marks that a fault leaves, where the tapes can show one; a scheduled fault without its mark did not happen. */
export function unmarked(start: Entry, tapes: Tapes): boolean {
  const to = endOf(start, tapes) + 60_000;
  const within = (kind: string, holds: (entry: Entry) => boolean = () => true): boolean =>
    tapes.of(kind).some((entry) => entry.t >= start.t - tapes.cfg.EPS && entry.t <= to && holds(entry));
  const stopped = (...hows: string[]) => within('P.stop', ({ raw }) => hows.includes(String(raw['how'])));
  const answered = (...codes: number[]) => within('W.req', ({ raw }) => codes.includes(Number(raw['status'])));
  const cut = () => within('W.close', (entry) => !isByClient(textIn(entry, 'how')));
  const marks: Readonly<Record<string, () => boolean>> = {
    N01: () => stopped('closed', 'reload'),
    N02: () => stopped('crashed', 'killed'),
    N03: () => stopped('crashed', 'killed'),
    N08: () => within('P.start'),
    N09: () => within('P.start'),
    N10: cut,
    N11: () => within('S.epoch'),
    N14: cut,
    N19: () => answered(408, 429, 500, 502, 503, 504),
    N20: () => answered(401, 403),
    N22: () => answered(301, 302, 303, 307, 308),
    N33: () => within('P.base', ({ raw }) => raw['why'] === 'reset'),
    N36: cut,
  };
  return !(marks[faultOf(start.raw)] ?? (() => true))();
}
