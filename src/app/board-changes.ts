// What changed on the screen between two boards, as one sentence for those who hear the page instead of seeing it.
import type { BoardView } from '../domain/board.ts';
import type { ShownStage } from '../domain/selectors.ts';
import { words } from './words.ts';

interface Seen {
  readonly plate: string;
  readonly stage: ShownStage;
}

/** Cars on the board by order id, each with its stage. */
export type SeenStages = ReadonlyMap<string, Seen>;

export function seenStages(view: BoardView): SeenStages {
  const seen = new Map<string, Seen>();
  for (const { orderId, car } of view.queue) if (car) seen.set(orderId, { plate: car.plate, stage: { name: 'waiting' } });
  for (const { orderId, plate, stage } of view.handOver) seen.set(orderId, { plate, stage: { name: stage } });
  for (const bay of view.bays)
    if (bay.kind === 'working' || bay.kind === 'finished') seen.set(bay.work.orderId, { plate: bay.work.plate, stage: bay.work.stage });
  return seen;
}

/** Orders that are on the screen now and stood in another stage, or not on the screen, before. */
export function changedOrders(before: SeenStages, after: SeenStages): readonly string[] {
  return [...after].filter(([id, { stage }]) => before.get(id)?.stage.name !== stage.name).map(([id]) => id);
}

/** One sentence: the car's name and stage for one, the number for more. Empty for none. */
export function changesSentence(changed: ReadonlySet<string>, after: SeenStages): string {
  const [only] = changed;
  if (only === undefined) return '';
  const car = changed.size === 1 ? after.get(only) : undefined;
  return car ? words.changes.order(car.plate, words.stage(car.stage)) : words.changes.many(changed.size);
}
