// All orders that a page takes part in: hands them what is said on the bus, and the moments at which a page comes, goes, or is connected again.
import { decodeBusMessage } from '../protocol/frame.ts';
import { decodeTeamNotice } from '../protocol/team.ts';
import type { PageBus } from '../client/link/page-bus.ts';
import type { Visibility } from '../platform/ports.ts';
import type { Team } from './contract.ts';
import { createOrderDesk, type DeskInside, type OrderDeskDeps } from './order-desk.ts';

export interface TeamDeps extends Omit<OrderDeskDeps, 'isVisible'> {
  readonly bus: PageBus;
  readonly visibility: Visibility;
  /** Tells when `isOnline` may have changed. Returns the function that ends it. */
  readonly onOnline: (listener: () => void) => () => void;
}

/** Orders that nobody here looks at any more and that are still known. */
const MOST_IDLE = 20;

export function createTeam(deps: TeamDeps, signal: AbortSignal): Team {
  const { bus, visibility, isOnline } = deps;
  const desks = new Map<string, DeskInside>();
  const each = (act: (desk: DeskInside) => void): void => [...desks.values()].forEach(act);
  let wasOnline = isOnline();

  bus.listen((raw) => {
    const message = decodeBusMessage(raw);
    const notice = message.k === 'transient' ? decodeTeamNotice(message.eventType, message.data) : null;
    if (notice) desks.get(notice.orderID)?.hear(notice);
  }, signal);

  visibility.onChange((event) => {
    if (event === 'leaving' || event === 'cached') each((desk) => desk.leave());
    if (event === 'cached') return bus.suspend();
    if (event === 'restored') bus.resume();
    if (event !== 'leaving' && event !== 'frozen') each((desk) => desk.refresh());
  }, signal);

  const unsubscribe = deps.onOnline(() => {
    if (isOnline() === wasOnline) return;
    wasOnline = isOnline();
    each((desk) => desk.refresh());
  });
  signal.addEventListener('abort', unsubscribe, { once: true });

  return {
    order(orderID) {
      const desk = desks.get(orderID) ?? createOrderDesk({ ...deps, isVisible: visibility.isVisible }, orderID, signal);
      desks.set(orderID, desk);
      const idle = [...desks].filter(([id, { isIdle }]) => isIdle && id !== orderID);
      for (const [id] of idle.slice(0, Math.max(0, idle.length - MOST_IDLE))) desks.delete(id);
      return desk;
    },
  };
}
