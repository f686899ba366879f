// What the floor did today: how much each bay was in use, and the last moves of cars. Pure, from the documents on this device.
import type { Bay } from './bay.ts';
import { isToday, mean, type Day } from './figures.ts';
import type { Job } from './job.ts';
import { STAGES, type Order, type Stage } from './order.ts';
import { elapsedMs, minutesOver, runOf, shownStage, type ShownStage } from './selectors.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

export interface BayUse {
  readonly id: string;
  readonly name: string;
  readonly state: Bay['state'];
  /** Part of the time since the day's first car in which somebody worked here, 0 to 1. */
  readonly share: number;
  /** Cars finished here today. */
  readonly cars: number;
  /** Mean time of those, minutes; null before the first. */
  readonly minutes: number | null;
  /** A car stands here that is over its target. */
  readonly isLate: boolean;
}

/** Bays by number. */
export function bayUse(day: Day): readonly BayUse[] {
  const jobs = day.jobs.filter(({ startedAt, finishedAt, state }) => isToday(day, startedAt) || isToday(day, finishedAt) || state === 'active');
  const beganMs = Math.max(day.startMs, Math.min(day.nowMs, ...jobs.map(({ startedAt }) => Date.parse(startedAt))));
  return day.bays
    .toSorted((a, b) => a.number - b.number)
    .map((bay) =>
      useOf(
        bay,
        jobs.filter(({ bayId }) => bayId === bay.id),
        day,
        beganMs,
      ),
    );
}

function useOf({ id, name, state }: Bay, jobs: readonly Job[], day: Day, beganMs: number): BayUse {
  const openMs = day.nowMs - beganMs;
  const usedMs = jobs.reduce((total, job) => total + workedMs(job, beganMs, day.nowMs), 0);
  const finished = jobs.filter((job) => job.state === 'finished' && isToday(day, job.finishedAt));
  return {
    id,
    name,
    state,
    share: openMs > 0 ? Math.min(1, usedMs / openMs) : 0,
    cars: finished.length,
    minutes: mean(finished.map((job) => elapsedMs(runOf(job), day.nowMs) / MINUTE_MS)),
    isLate: jobs.some((job) => job.state === 'active' && minutesOver(runOf(job), day.nowMs) > 0),
  };
}

/** The part of a job between two moments; a job that never ended and isn't active worked for no known time. */
function workedMs({ startedAt, finishedAt, state }: Job, fromMs: number, toMs: number): number {
  if (finishedAt === null && state !== 'active') return 0;
  const end = finishedAt === null ? toMs : Math.min(toMs, Date.parse(finishedAt));
  return Math.max(0, end - Math.max(fromMs, Date.parse(startedAt)));
}

/** A car came to a stage. */
export interface Move {
  readonly orderId: string;
  readonly plate: string;
  readonly stage: ShownStage;
  readonly atMs: number;
  /** Where the work was, by name; null where the bay says nothing about this move. */
  readonly bay: string | null;
}

export interface Moves {
  /** Newest first. */
  readonly newest: readonly Move[];
  readonly inLastHour: number;
}

/** The newest `limit` moves of today's cars, as their documents tell them: a move that was taken back isn't told. */
export function recentMoves(day: Day, limit: number): Moves {
  const bays = new Map(day.bays.map(({ id, name }) => [id, name]));
  const jobs = new Map(day.jobs.map((job) => [job.id, job]));
  const all = day.orders.flatMap((order) => movesOf(order, jobs.get(order.jobId ?? '') ?? null, bays)).filter(({ atMs }) => atMs >= day.startMs);
  return { newest: all.toSorted(byNewest).slice(0, limit), inLastHour: all.filter(({ atMs }) => atMs > day.nowMs - HOUR_MS).length };
}

function movesOf(order: Order, job: Job | null, bays: ReadonlyMap<string, string>): Move[] {
  const { id: orderId, plate, stageAt } = order;
  const bay = bays.get(job?.bayId ?? '') ?? null;
  // An order that went back keeps the times of the stages that it left.
  const reached = STAGES.filter((stage) => stageAt[stage] !== undefined && isBehind(stage, order.stage));
  const moves = reached.map((stage) => ({
    orderId,
    plate,
    stage: stage === 'in_progress' ? ({ name: 'washing' } as const) : shownStage({ ...order, stage }, null),
    atMs: Date.parse(stageAt[stage] ?? ''),
    bay: stage === 'in_progress' || stage === 'ready' ? bay : null,
  }));
  return job?.step === 'drying' && job.state === 'active'
    ? [...moves, { orderId, plate, stage: { name: 'drying' }, atMs: Date.parse(job.stepAt), bay }]
    : moves;
}

function isBehind(stage: Stage, now: Stage): boolean {
  return STAGES.indexOf(stage) <= STAGES.indexOf(now);
}

/** Two moves of one moment: the later stage is the newer. */
function byNewest(a: Move, b: Move): number {
  return b.atMs - a.atMs || RANK.indexOf(b.stage.name) - RANK.indexOf(a.stage.name);
}

const RANK: readonly string[] = ['draft', 'waiting', 'washing', 'drying', 'ready', 'paid', 'done', 'cancelled'];
