// What the traffic can do, as data: one REST write each, with who does it and which documents it touches.
import type { Versioned } from './view.ts';

export const ACTION_KINDS = [
  'arrive',
  'initiate',
  'start',
  'dry',
  'relieve',
  'finish',
  'clear',
  'block',
  'pause',
  'reopen',
  'pay',
  'pay-early',
  'complete',
  'cancel',
  'note',
  'reorder',
  'driver',
  'delete',
] as const;
export type ActionKind = (typeof ACTION_KINDS)[number];

/** One write. `touches` are the ids that it counts on: two actions of one round never share one. */
export interface Action {
  readonly kind: ActionKind;
  /** Managers delete; everything else is a worker's. */
  readonly doer: 'worker' | 'manager';
  readonly method: 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body: object | null;
  /** Version for If-Match; null where the write makes a document. */
  readonly version: number | null;
  readonly touches: readonly string[];
}

/** The one queue of a branch. */
export const QUEUE = 'main';

/** An action and when it wants to happen, in business minutes from now; 0 or less is now. */
export interface Planned {
  readonly action: Action;
  readonly dueIn: number;
}

/** A write to an existing document by a worker, with the version that was read. */
export function write(kind: ActionKind, path: string, target: Versioned<unknown>, body: object): Action {
  const method = path.endsWith('/stage') || path.endsWith('/payment') ? 'POST' : 'PATCH';
  return { kind, doer: 'worker', method, path, body, version: target.version, touches: [target.id] };
}

/** The same write, which also counts on these documents. */
export function touching(action: Action, ...ids: readonly string[]): Action {
  return { ...action, touches: [...action.touches, ...ids] };
}

/** A name that is the same as long as the same thing is to be done to the same version. */
export function nameOf(action: Action): string {
  return `${action.kind} ${action.path} ${action.version}`;
}
