// Which page an address means, and the address of a page. Pure: the router moves, this only reads and writes addresses.
import { STAGE_FILTERS, type StageFilter } from '../domain/order-list.ts';

export type Route =
  | { readonly place: 'board' }
  | { readonly place: 'orders'; readonly stage: StageFilter; readonly query: string }
  | { readonly place: 'order'; readonly id: string }
  | { readonly place: 'dashboard' }
  | { readonly place: 'settings' }
  | { readonly place: 'debug' }
  | { readonly place: 'realtime' }
  | { readonly place: 'unknown'; readonly path: string };

export type Place = Route['place'];

const PLAIN: Readonly<Record<string, Extract<Route, { place: 'board' | 'dashboard' | 'settings' | 'debug' | 'realtime' }>>> = {
  '/': { place: 'board' },
  '/board': { place: 'board' },
  '/dashboard': { place: 'dashboard' },
  '/settings': { place: 'settings' },
  '/debug': { place: 'debug' },
  '/realtime': { place: 'realtime' },
};

/** Longer text is no plate, name or number. */
const QUERY_LENGTH = 80;

/** A route for every address; one that no page stands behind is `unknown`. */
export function routeOf({ pathname, search }: { readonly pathname: string; readonly search: string }): Route {
  const path = pathname.length > 1 ? pathname.replace(/\/+$/, '') || '/' : pathname;
  const plain = Object.hasOwn(PLAIN, path) ? PLAIN[path] : undefined;
  if (plain) return plain;
  if (path === '/orders') return ordersRoute(new URLSearchParams(search));
  const id = idIn(path);
  return id === null ? { place: 'unknown', path } : { place: 'order', id };
}

/** The address of a page, without what is default. */
export function hrefOf(route: Route): string {
  switch (route.place) {
    case 'board':
      return '/';
    case 'orders':
      return ordersHref(route.stage, route.query);
    case 'order':
      return `/orders/${encodeURIComponent(route.id)}`;
    case 'unknown':
      return route.path;
    default:
      return `/${route.place}`;
  }
}

/** Two addresses of one page: between them nothing is drawn anew and nobody is moved. */
export function isSamePage(a: Route, b: Route): boolean {
  if (a.place === 'order' && b.place === 'order') return a.id === b.id;
  return a.place === b.place;
}

function ordersRoute(params: URLSearchParams): Route {
  const given = params.get('stage');
  const stage = STAGE_FILTERS.find((known) => known === given) ?? 'open';
  return { place: 'orders', stage, query: (params.get('q') ?? '').slice(0, QUERY_LENGTH) };
}

function ordersHref(stage: StageFilter, query: string): string {
  const params = new URLSearchParams();
  if (stage !== 'open') params.set('stage', stage);
  if (query !== '') params.set('q', query.slice(0, QUERY_LENGTH));
  return params.size === 0 ? '/orders' : `/orders?${params}`;
}

function idIn(path: string): string | null {
  const raw = /^\/orders\/([^/]+)$/.exec(path)?.[1];
  if (raw === undefined) return null;
  try {
    return decodeURIComponent(raw);
  } catch {
    return null;
  }
}
