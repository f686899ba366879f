// Moves between the pages without loading them anew. Links are plain `<a href>`: the router takes those clicks that lead to a page
// of this application, and leaves every other (another origin, a new tab, a file) to the browser.
import { hrefOf, routeOf, type Route } from './routes.ts';

/** One stay on a page. */
export interface Visit {
  readonly route: Route;
  /** How this page was come to; `load` is a start of the application, also by a reload. */
  readonly by: 'load' | 'link' | 'traverse';
  /** Where the page stood when it was left; 0 for a new stay. */
  readonly scrollY: number;
  /** The address before this one in this tab, null where that was no page of ours. */
  readonly from: string | null;
  /** The page that was left for this one, null at the start. */
  readonly left: Route | null;
  /** Where this stay stands among those of this tab. */
  readonly index: number;
}

export interface Router {
  getVisit(): Visit;
  /** Calls after every move; the answer unsubscribes. */
  subscribe(listener: () => void): () => void;
  /** `isReplacing`: the same stay under another address, which Back doesn't lead to. */
  go(href: string, isReplacing?: boolean): void;
  /** Back to `href` as it was left where that is the stay before, else a new stay there. */
  backTo(route: Route): void;
}

export type RouterWindow = Pick<Window, 'location' | 'history' | 'document' | 'addEventListener' | 'scrollY'>;

/** What is kept with each entry of the browser's history. */
interface Kept {
  readonly index: number;
  readonly from: string | null;
  readonly scrollY: number;
}

const FIRST: Kept = { index: 0, from: null, scrollY: 0 };
/** Stays whose place is remembered; the oldest is forgotten first. */
const MAX_PLACES = 200;

/** Listens until `signal` ends it. */
export function createRouter(page: RouterWindow, signal: AbortSignal): Router {
  const { location, history } = page;
  const listeners = new Set<() => void>();
  const places = new Map<number, number>();
  // The browser would restore before the page has its height again.
  history.scrollRestoration = 'manual';
  let kept = keptIn(history.state);
  let visit: Visit = { ...kept, route: routeOf(location), by: 'load', left: null };
  if (kept === FIRST) history.replaceState(FIRST, '');

  function show(next: Kept, by: Visit['by']): void {
    kept = next;
    visit = { ...next, route: routeOf(location), by, left: visit.route };
    for (const listener of listeners) listener();
  }

  function leave(): void {
    places.set(kept.index, page.scrollY);
    if (places.size > MAX_PLACES) places.delete(Math.min(...places.keys()));
    history.replaceState({ ...kept, scrollY: page.scrollY }, '');
  }

  function go(href: string, isReplacing = false): void {
    if (isReplacing) {
      history.replaceState(kept, '', href);
      return show(kept, visit.by);
    }
    leave();
    const next: Kept = { index: kept.index + 1, from: hrefOf(visit.route), scrollY: 0 };
    history.pushState(next, '', href);
    show(next, 'link');
  }

  function backTo(route: Route): void {
    const isBefore = kept.index > 0 && visit.from !== null && routeOf(new URL(visit.from, location.origin)).place === route.place;
    if (isBefore) history.back();
    else go(hrefOf(route));
  }

  page.addEventListener(
    'popstate',
    (event) => {
      // An entry that isn't ours (somebody wrote a fragment) becomes a stay of its own here.
      const next = keptIn(event.state);
      show({ ...next, scrollY: places.get(next.index) ?? next.scrollY }, 'traverse');
    },
    { signal },
  );
  // Back and forward say nothing before they have left: the place is noted while it is known.
  page.addEventListener('scroll', () => places.set(kept.index, page.scrollY), { signal, passive: true });
  page.addEventListener('pagehide', leave, { signal });
  page.document.addEventListener(
    'click',
    (event) => {
      const href = hrefToFollow(event, location.origin);
      if (href === null) return;
      event.preventDefault();
      if (href !== location.pathname + location.search) go(href);
    },
    { signal },
  );

  return {
    getVisit: () => visit,
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    go,
    backTo,
  };
}

/** The address inside the application that a click leads to; null where the browser shall follow it, or where there is none. */
function hrefToFollow(event: MouseEvent, origin: string): string | null {
  if (event.defaultPrevented || isForBrowser(event)) return null;
  const link = event.target instanceof Element ? event.target.closest('a[href]') : null;
  if (!(link instanceof HTMLAnchorElement) || link.target !== '' || link.hasAttribute('download')) return null;
  const url = new URL(link.href);
  if (url.origin !== origin || url.hash !== '' || routeOf(url).place === 'unknown') return null;
  return url.pathname + url.search;
}

/** Another button or a key held means a new tab, a window, a download. */
function isForBrowser({ button, metaKey, ctrlKey, shiftKey, altKey }: MouseEvent): boolean {
  return button !== 0 || metaKey || ctrlKey || shiftKey || altKey;
}

function keptIn(state: unknown): Kept {
  if (typeof state !== 'object' || state === null || !('index' in state) || typeof state.index !== 'number') return FIRST;
  const from = 'from' in state && typeof state.from === 'string' ? state.from : null;
  const scrollY = 'scrollY' in state && typeof state.scrollY === 'number' ? state.scrollY : 0;
  return { index: state.index, from, scrollY };
}
