// Constants of the judgement, and after how long each fault must be recovered from. A run's `cfg` replaces any of them.
import { HistoryError, isObject } from './record.ts';

export interface HistoryConfig {
  /** What the order between two sources is trusted to, ms. */
  readonly EPS: number;
  readonly RYW: number;
  readonly HANDOVER: number;
  readonly STATUS: number;
  readonly HB: number;
  readonly HB_DEAD: number;
  readonly T_CONV: number;
  readonly REQ10: number;
  readonly order: 'total' | 'perOrder';
  /** What a log-out may leave on disk. */
  readonly keepOnLogout: boolean | 'events' | 'outbox' | readonly ('events' | 'outbox')[];
  /** What a server announced; N.start's `args.spreadMs` goes before it. Null: not said, so what a server announces to as many devices as there are. */
  readonly spreadMs: number | null;
  /** Recovery bounds that replace those of the table, ms. */
  readonly bounds: Readonly<Record<string, number | null>>;
  /** Fewer deliveries make a run vacuous. */
  readonly minDelivers: number;
  /** Devices of tabs, where P.start doesn't say: tab -> device. */
  readonly devices: Readonly<Record<string, string>>;
  /** False: the tape stops in the middle of a run, so that nothing is said about its end. */
  readonly end: boolean;
}

const DEFAULTS: HistoryConfig = {
  EPS: 50,
  RYW: 1_000,
  HANDOVER: 2_000,
  STATUS: 5_000,
  HB: 1_000,
  HB_DEAD: 2_500,
  T_CONV: 60_000,
  REQ10: 12,
  order: 'total',
  keepOnLogout: false,
  spreadMs: null,
  bounds: {},
  minDelivers: 100,
  devices: {},
  end: true,
};

const isNumber = (value: unknown): boolean => typeof value === 'number' && value >= 0;

/** What a replaced constant may be, where it isn't a number of at least 0. */
const CHECKS: Readonly<Record<string, (value: unknown) => boolean>> = {
  order: (value) => value === 'total' || value === 'perOrder',
  keepOnLogout: (value) => [value].flat().every((one) => [true, false, 'events', 'outbox'].includes(one as boolean)),
  spreadMs: (value) => value === null || isNumber(value),
  bounds: (value) => isObject(value) && Object.values(value).every((bound) => bound === null || isNumber(bound)),
  devices: (value) => isObject(value) && Object.values(value).every((device) => typeof device === 'string'),
  end: (value) => typeof value === 'boolean',
};

/** Throws a HistoryError where a constant is none; what isn't in the table is nobody's. */
export function configOf(cfg: unknown = {}): HistoryConfig {
  if (cfg === null) return configOf();
  if (!isObject(cfg)) throw new HistoryError(-1, 'cfg', 'an object of constants');
  const replaced = Object.entries(cfg).filter(([name, value]) => Object.hasOwn(DEFAULTS, name) && value !== undefined);
  for (const [name, value] of replaced) if (!(CHECKS[name] ?? isNumber)(value)) throw new HistoryError(-1, `cfg ${name}`, 'a constant of its kind');
  const HB = typeof cfg['HB'] === 'number' ? cfg['HB'] : DEFAULTS.HB;
  return { ...DEFAULTS, HB_DEAD: 2.5 * HB, ...Object.fromEntries(replaced) };
}

interface Fault {
  readonly fault: string;
  readonly args?: unknown;
}

/** Plain bounds, ms; the others depend on what the run was given. */
const BOUNDS: Readonly<Record<string, number>> = {
  N01: 1_000,
  N02: 5_000,
  N03: 1_000,
  N04: 5_000,
  N05: 15_000,
  N06: 15_000,
  N07: 10_000,
  N08: 5_000,
  N09: 5_000,
  N10: 10_000,
  N11: 15_000,
  N12: 30_000,
  N15: 1_000,
  N16: 1_000,
  N17: 5_000,
  N18: 30_000,
  N20: 5_000,
  N21: 30_000,
  N22: 5_000,
  N24: 5_000,
  N26: 5_000,
  N27: 10_000,
  N28: 10_000,
  N29: 5_000,
  N31: 10_000,
  N32: 1_000,
  N33: 10_000,
  N34: 5_000,
  N35: 10_000,
  N36: 60_000,
  N38: 2_000,
};

/** Faults after which the bound counts from the load of the page. */
export const COUNTED_FROM_LOAD: ReadonlySet<string> = new Set(['N08', 'N09']);

/** `N13 half-open` and `n13` are N13. */
function faultId(fault: string): string {
  return /^n\d+/i.exec(fault)?.[0].toUpperCase() ?? fault;
}

/** Which fault a record of a nemesis is about: the table's id may stand in either field, its name in the other. */
export function faultOf({ fault, id }: Readonly<Record<string, unknown>>): string {
  const named = [fault, id].map((name) => (typeof name === 'string' ? faultId(name) : ''));
  return named.find((name) => /^N\d+$/.test(name)) ?? (named[0] || (named[1] ?? ''));
}

/** The design's own rule for how far a server spreads the return of its readers. */
export function usualSpread(devices: number): number {
  return Math.min(10_000, Math.max(500, 5 * devices));
}

export function numberIn(args: unknown, name: string): number | null {
  const value = typeof args === 'object' && args !== null ? (args as Record<string, unknown>)[name] : undefined;
  return typeof value === 'number' ? value : null;
}

/** Ms from a fault's end until every live tab has the probe; null where the table names none, or what it depends on isn't known. */
export function boundOf({ fault, args }: Fault, cfg: HistoryConfig): number | null {
  const id = faultId(fault);
  const own = numberIn(args, 'boundMs') ?? cfg.bounds[id] ?? cfg.bounds[fault];
  if (own !== undefined) return own;
  if (id === 'N13') return cfg.HB_DEAD + 3_000;
  if (id === 'N14') return spread(args, cfg, 1_000);
  if (id === 'N23') return cfg.HB_DEAD + 10_000;
  if (id === 'N37') return drainTime(args);
  return BOUNDS[id] ?? null;
}

function spread(args: unknown, cfg: HistoryConfig, moreMs: number): number {
  return (numberIn(args, 'spreadMs') ?? cfg.spreadMs ?? usualSpread(1)) + moreMs;
}

/** `args`: how many writes waited, and how many a second may go out. */
function drainTime(args: unknown): number | null {
  const [outbox, rate] = [numberIn(args, 'outbox'), numberIn(args, 'rate')];
  return outbox === null || rate === null ? null : (outbox / rate) * 1_000 + 10_000;
}
