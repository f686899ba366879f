// What a test makes the workers of a browser do from inside: slow commits, a clock that jumps, a stop for good at one commit. The proxy puts the
// script in front of each worker's own; orders come by a bus of their own, so that nothing of the library is touched.
import type { Page } from '@playwright/test';
import type { FaultProxy } from './fault-proxy.ts';

export interface WorkerOrders {
  /** From now on a commit takes this long to be reported, ms. */
  readonly commitMs?: number;
  /** By how much the wall clock is wrong, ms. */
  readonly jumpMs?: number;
  /** Loops for ever at the n-th commit from now on: before it is asked for, or when it is done and nobody has heard of it yet. */
  readonly stop?: { readonly at: number; readonly when: 'before' | 'after' };
}

const BUS = 'test:workers';

function obeyOrders(bus: string): void {
  const { commit } = IDBTransaction.prototype;
  const { now } = Date;
  const channel = new BroadcastChannel(bus);
  let orders: { commitMs?: number; jumpMs?: number; stop?: { at: number; when: string } } = {};
  let commits = 0;

  channel.onmessage = ({ data }: MessageEvent<typeof orders>) => {
    orders = { ...orders, ...data };
    commits = 0;
    channel.postMessage('heard');
  };
  Date.now = () => now() + (orders.jumpMs ?? 0);

  function stopIf(when: string): void {
    if (orders.stop?.when !== when || commits !== orders.stop.at) return;
    channel.postMessage('stopped');
    for (;;);
  }

  IDBTransaction.prototype.commit = function commitOrStop() {
    commits++;
    stopIf('before');
    commit.call(this);
  };
  const { set } = Object.getOwnPropertyDescriptor(IDBTransaction.prototype, 'oncomplete') ?? {};
  Object.defineProperty(IDBTransaction.prototype, 'oncomplete', {
    set(this: IDBTransaction, listener: ((event: Event) => void) | null) {
      set?.call(this, (event: Event) => {
        const isWrite = this.mode !== 'readonly';
        if (isWrite) stopIf('after');
        if (isWrite && orders.commitMs) setTimeout(() => listener?.(event), orders.commitMs);
        else listener?.(event);
      });
    },
  });
}

/** For every worker that is loaded from now on through this proxy. */
export function directWorkers(proxy: FaultProxy): void {
  const text = `(${obeyOrders.toString()})(${JSON.stringify(BUS)});\n`;
  for (const kind of ['shared', 'dedicated']) proxy.rule(`/assets/${kind}-worker`, { do: 'prepend', text });
}

/** Resolves when a worker has heard it. */
export function orderWorkers(page: Page, orders: WorkerOrders): Promise<void> {
  return page.evaluate(
    async ([bus, what]) => {
      const channel = new BroadcastChannel(bus);
      await new Promise<void>((heard) => {
        channel.onmessage = ({ data }) => data === 'heard' && heard();
        channel.postMessage(what);
      });
      channel.close();
    },
    [BUS, orders] as const,
  );
}

/** Orders a stop; the returned function waits until a worker stands still. */
export async function stopWorkers(page: Page, stop: NonNullable<WorkerOrders['stop']>): Promise<() => Promise<void>> {
  await page.evaluate((bus) => {
    const state = window as unknown as { workerStopped?: Promise<void> };
    state.workerStopped = new Promise<void>((stopped) => {
      new BroadcastChannel(bus).onmessage = ({ data }) => data === 'stopped' && stopped();
    });
  }, BUS);
  await orderWorkers(page, { stop });
  return () => page.evaluate(() => (window as unknown as { workerStopped?: Promise<void> }).workerStopped);
}
