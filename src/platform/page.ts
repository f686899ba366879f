// What only a page has: whether it is seen, and the moments at which its world may have changed.
import type { Visibility } from './ports.ts';

type PageEvent = Parameters<Parameters<Visibility['onChange']>[0]>[0];

export function createVisibility(): Visibility {
  return {
    isVisible: () => document.visibilityState === 'visible',
    onChange(listener, signal) {
      const on = (target: EventTarget, type: string, event: (fired: Event) => PageEvent) =>
        target.addEventListener(type, (fired) => listener(event(fired)), { signal });
      on(document, 'visibilitychange', () => (document.visibilityState === 'visible' ? 'visible' : 'hidden'));
      on(document, 'freeze', () => 'frozen');
      // Since Chrome 149 visibilitychange after a resume is not reliable, so both are heard.
      on(document, 'resume', () => 'resumed');
      on(window, 'online', () => 'online');
      on(window, 'offline', () => 'offline');
      on(window, 'pagehide', (fired) => (isPersisted(fired) ? 'cached' : 'leaving'));
      on(window, 'pageshow', (fired) => (isPersisted(fired) ? 'restored' : 'visible'));
    },
  };
}

/** The page isn't unloaded but put aside whole, or comes back from there. */
function isPersisted(event: Event): boolean {
  return event instanceof PageTransitionEvent && event.persisted;
}
