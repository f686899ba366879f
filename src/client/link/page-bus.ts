// The bus of a page, which can be put aside: a page in the browser's back/forward cache must not have a channel open, because the first
// message to it makes the browser throw the page away. Listeners stay; what was said meanwhile is on disk.
import type { Bus } from '../../platform/ports.ts';

export interface PageBus extends Bus {
  suspend(): void;
  resume(): void;
}

/** Opens a channel now, and another after each `suspend` and `resume`. Nothing is heard or said in between, or after `life`. */
export function createPageBus(open: (signal: AbortSignal) => Bus, life: AbortSignal): PageBus {
  const listeners = new Set<{ readonly listener: (message: unknown) => void; readonly until: AbortSignal }>();
  let stretch: AbortController | null = null;
  let channel: Bus | null = null;
  resume();

  function attach({ listener, until }: { readonly listener: (message: unknown) => void; readonly until: AbortSignal }): void {
    if (channel && stretch) channel.listen(listener, AbortSignal.any([until, stretch.signal]));
  }

  function resume(): void {
    if (stretch || life.aborted) return;
    stretch = new AbortController();
    channel = open(AbortSignal.any([life, stretch.signal]));
    listeners.forEach(attach);
  }

  return {
    post: (message) => channel?.post(message),
    listen(listener, until) {
      const row = { listener, until };
      listeners.add(row);
      until.addEventListener('abort', () => listeners.delete(row), { once: true });
      attach(row);
    },
    suspend() {
      stretch?.abort();
      stretch = null;
      channel = null;
    },
    resume,
  };
}
