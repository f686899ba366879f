// Questions about orders and jobs that more than one screen asks: what a stage is called, how long a job has run, when it is late.
// Pure: time is always an argument, and nothing here knows a browser or a language.
import { decodeOrder, decodeQueue, isKnownStage } from './decode-documents.ts';
import type { Job } from './job.ts';
import type { Order } from './order.ts';
import type { Queue } from './queue.ts';

const MINUTE_MS = 60_000;

/** A document as a page holds it, not yet believed. */
export interface HeldDocument {
  readonly id: string;
  readonly version: number;
  readonly doc: unknown;
}

export type HeldDocuments = ReadonlyMap<string, HeldDocument>;

/** A document that was read, with the version a write about it names. */
export interface Held<T> {
  readonly version: number;
  readonly doc: T;
}

/** Stages as people say them: one wire stage (`in_progress`) is two of theirs. */
const SHOWN_STAGES = ['draft', 'waiting', 'washing', 'drying', 'ready', 'paid', 'done', 'cancelled'] as const;
export type ShownStageName = (typeof SHOWN_STAGES)[number];

/** A stage this build doesn't know keeps the name the server gave it. */
export type ShownStage = { readonly name: ShownStageName } | { readonly name: 'unknown'; readonly raw: string };

const SHOWN: Readonly<Record<Exclude<Order['stage'], 'in_progress'>, ShownStageName>> = {
  empty: 'draft',
  initiated: 'waiting',
  ready: 'ready',
  paid: 'paid',
  completed: 'done',
  cancelled: 'cancelled',
};

/** How an order's stage is shown; `job` tells washing from drying and may be missing. */
export function shownStage(order: Order, job: Job | null): ShownStage {
  if (!isKnownStage(order.stage)) return { name: 'unknown', raw: order.stage };
  if (order.stage === 'in_progress') return { name: job?.step === 'drying' ? 'drying' : 'washing' };
  return { name: SHOWN[order.stage] };
}

/** A document by id, decoded; null where it is missing or unreadable. */
export function held<T>(documents: HeldDocuments, id: string | null, decode: (doc: unknown) => T | null): Held<T> | null {
  const found = id === null ? undefined : documents.get(id);
  const doc = found ? decode(found.doc) : null;
  return found && doc !== null ? { version: found.version, doc } : null;
}

/** Every document of a collection that can be read. */
export function heldAll<T>(documents: HeldDocuments, decode: (doc: unknown) => T | null): readonly Held<T>[] {
  const all: Held<T>[] = [];
  for (const { version, doc: raw } of documents.values()) {
    const doc = decode(raw);
    if (doc !== null) all.push({ version, doc });
  }
  return all;
}

export function orderOf(orders: HeldDocuments, id: string | null): Held<Order> | null {
  return held(orders, id, decodeOrder);
}

/** All queues of the branch as one line of cars, `main` first. */
export function queueLine(queues: HeldDocuments): Queue['entries'] {
  const lines = heldAll(queues, decodeQueue).toSorted((a, b) => Number(b.doc.id === 'main') - Number(a.doc.id === 'main') || a.doc.id.localeCompare(b.doc.id));
  return lines.flatMap(({ doc }) => doc.entries);
}

/** What the clocks of one job are computed from. */
export interface Run {
  readonly startedAtMs: number;
  /** Null while it runs. */
  readonly finishedAtMs: number | null;
  readonly targetMs: number;
}

export function runOf(job: Job): Run {
  const finishedAtMs = job.finishedAt === null ? null : Date.parse(job.finishedAt);
  return { startedAtMs: Date.parse(job.startedAt), finishedAtMs, targetMs: job.targetMinutes * MINUTE_MS };
}

/** Time a job has run, never below zero (the device's clock may be behind the server's). */
export function elapsedMs(run: Run, nowMs: number): number {
  return Math.max(0, (run.finishedAtMs ?? nowMs) - run.startedAtMs);
}

/** Whole minutes over the target; 0 = not late. The first minute over is grace, so that "0 min over" is never said. */
export function minutesOver(run: Run, nowMs: number): number {
  return Math.max(0, Math.floor((elapsedMs(run, nowMs) - run.targetMs) / MINUTE_MS));
}

/** Share of the planned time that has passed, 0 to 1. */
export function progress(run: Run, nowMs: number): number {
  return run.targetMs > 0 ? Math.min(1, elapsedMs(run, nowMs) / run.targetMs) : 1;
}

/** Whole minutes since a moment, never below zero. */
export function minutesSince(sinceMs: number, nowMs: number): number {
  return Math.max(0, Math.floor((nowMs - sinceMs) / MINUTE_MS));
}

/** Midnight before `nowMs` on this device's calendar. */
export function startOfDay(nowMs: number): number {
  return new Date(nowMs).setHours(0, 0, 0, 0);
}
