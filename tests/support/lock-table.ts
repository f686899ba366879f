// Web Locks in memory, for several contexts: a queue per name, shared and exclusive, ifAvailable, steal, and the end of a context that crashes.
// As in a browser every grant comes later, never inside the call, and a robbed holder's task runs on.
import type { Locks, LockWish } from '../../src/platform/ports.ts';

export interface LockTable {
  /** The locks as one context sees them. */
  context(): LockContext;
  /** Contexts that hold `name`. */
  holders(name: string): readonly LockContext[];
}

export interface LockContext extends Locks {
  held(): Promise<readonly string[]>;
  /** The context is gone: its locks are free, its requests forgotten, its promises never settle. */
  crash(): void;
}

interface Request {
  readonly context: LockContext;
  readonly isShared: boolean;
  grant(): void;
  robbed(): void;
}

export function createLockTable(): LockTable {
  const held = new Map<string, Request[]>();
  const queued = new Map<string, Request[]>();
  const of = (table: Map<string, Request[]>, name: string): Request[] => {
    const rows = table.get(name) ?? [];
    table.set(name, rows);
    return rows;
  };
  const drop = (rows: Request[], request: Request): void => void (rows.includes(request) && rows.splice(rows.indexOf(request), 1));
  const isFree = (name: string, { isShared }: Pick<Request, 'isShared'>): boolean =>
    of(held, name).length === 0 || (isShared && of(held, name).every((row) => row.isShared));

  function pump(name: string): void {
    for (let next = of(queued, name)[0]; next && isFree(name, next); next = of(queued, name)[0]) {
      of(queued, name).shift();
      hold(name, next);
    }
  }

  function hold(name: string, request: Request): void {
    of(held, name).push(request);
    queueMicrotask(() => request.grant());
  }

  function context(): LockContext {
    let isDead = false;
    const me: LockContext = {
      crash() {
        isDead = true;
        for (const table of [held, queued])
          for (const [name, rows] of table)
            table.set(
              name,
              rows.filter((row) => row.context !== me),
            );
        for (const name of new Set([...held.keys(), ...queued.keys()])) pump(name);
      },
      held: async () => [...held].flatMap(([name, rows]) => rows.map(() => name)),
      request<T>(name: string, wish: LockWish, task: (isHeld: boolean) => Promise<T>): Promise<T> {
        return new Promise<T>((resolve, reject) => {
          const settle = (run: () => void): void => void (isDead || run());
          const robbed = (): void => settle(() => reject(new DOMException('The lock was stolen', 'AbortError')));
          const request: Request = { context: me, isShared: wish.mode === 'shared', robbed, grant };
          function grant(): void {
            if (isDead) return;
            task(true)
              .then(
                (value) => settle(() => resolve(value)),
                (error: unknown) => settle(() => reject(error instanceof Error ? error : new Error(String(error)))),
              )
              .finally(() => {
                drop(of(held, name), request);
                pump(name);
              });
          }
          if (wish.signal && (wish.steal || wish.ifAvailable)) return reject(new DOMException('Not together', 'NotSupportedError'));
          if (wish.signal?.aborted) return reject(new DOMException('Aborted', 'AbortError'));
          if (wish.steal) {
            of(held, name)
              .splice(0)
              .forEach((row) => row.robbed());
            return hold(name, request);
          }
          const isNext = of(queued, name).length === 0 && isFree(name, request);
          if (isNext) return hold(name, request);
          if (wish.ifAvailable) return queueMicrotask(() => void task(false).then(resolve, reject));
          of(queued, name).push(request);
          wish.signal?.addEventListener('abort', () => {
            if (!of(queued, name).includes(request)) return;
            drop(of(queued, name), request);
            settle(() => reject(new DOMException('Aborted', 'AbortError')));
            pump(name);
          });
        });
      },
    };
    return me;
  }

  return { context, holders: (name) => of(held, name).map((row) => row.context) };
}
