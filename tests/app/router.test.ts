// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createRouter, type Router } from '../../src/app/router.ts';
import { hrefOf, isSamePage, routeOf, type Route } from '../../src/app/routes.ts';

const routeAt = (href: string) => routeOf(new URL(href, 'https://wash.example'));

describe('[APP11] every address has a page', () => {
  test.each<[string, Route, string]>([
    ['/', { place: 'board' }, '/'],
    ['/board', { place: 'board' }, '/'],
    ['/orders', { place: 'orders', stage: 'open', query: '' }, '/orders'],
    ['/orders/', { place: 'orders', stage: 'open', query: '' }, '/orders'],
    ['/orders?stage=ready&q=cb%2041', { place: 'orders', stage: 'ready', query: 'cb 41' }, '/orders?stage=ready&q=cb+41'],
    ['/orders?stage=stolen', { place: 'orders', stage: 'open', query: '' }, '/orders'],
    ['/orders/o%2F1', { place: 'order', id: 'o/1' }, '/orders/o%2F1'],
    ['/dashboard', { place: 'dashboard' }, '/dashboard'],
    ['/settings', { place: 'settings' }, '/settings'],
    ['/debug', { place: 'debug' }, '/debug'],
    ['/constructor', { place: 'unknown', path: '/constructor' }, '/constructor'],
    ['/orders/%E0%A4%A', { place: 'unknown', path: '/orders/%E0%A4%A' }, '/orders/%E0%A4%A'],
  ])('%s', (href, route, canonical) => {
    expect(routeAt(href)).toEqual(route);
    expect(hrefOf(route)).toBe(canonical);
  });
  test('a search is bounded', () => {
    const route = routeAt(`/orders?q=${'x'.repeat(500)}`);
    expect(route.place === 'orders' && route.query).toHaveLength(80);
  });
  test('a filter is the same page, another order is not', () => {
    expect(isSamePage(routeAt('/orders'), routeAt('/orders?stage=paid'))).toBe(true);
    expect(isSamePage(routeAt('/orders/a'), routeAt('/orders/b'))).toBe(false);
  });
});

describe('the router', () => {
  let life: AbortController;
  let router: Router;
  const back = vi.fn();
  beforeEach(() => {
    document.body.innerHTML = '';
    history.replaceState(null, '', '/orders?stage=ready');
    life = new AbortController();
    vi.spyOn(history, 'back').mockImplementation(back);
    router = createRouter(window, life.signal);
  });
  afterEach(() => {
    life.abort();
    vi.restoreAllMocks();
    back.mockClear();
  });
  const click = (html: string, init: MouseEventInit = {}) => {
    document.body.innerHTML = html;
    const event = new MouseEvent('click', { bubbles: true, cancelable: true, ...init });
    const link = document.querySelector('a');
    // Unlike a browser, happy-dom would follow the link before the listeners of the document are asked.
    if (link) link.dispatchEvent = EventTarget.prototype.dispatchEvent;
    link?.firstElementChild?.dispatchEvent(event);
    return event.defaultPrevented;
  };

  test('follows a plain click on a link to a page, also on what the link holds', () => {
    const moved = vi.fn();
    router.subscribe(moved);
    expect(click('<a href="/orders/o1"><b>x</b></a>')).toBe(true);
    expect(location.pathname).toBe('/orders/o1');
    expect(router.getVisit()).toMatchObject({ route: { place: 'order', id: 'o1' }, by: 'link', from: '/orders?stage=ready' });
    expect(moved).toHaveBeenCalledOnce();
  });
  test.each<[string, string, MouseEventInit?]>([
    ['another origin', '<a href="https://other.example/orders"><b>x</b></a>'],
    ['a new tab', '<a href="/orders" target="_blank"><b>x</b></a>'],
    ['a file', '<a href="/orders" download><b>x</b></a>'],
    ['an address without a page', '<a href="/api/v1/session"><b>x</b></a>'],
    ['a place in this page', '<a href="/orders?stage=ready#x"><b>x</b></a>'],
    ['a click with a key held', '<a href="/orders"><b>x</b></a>', { ctrlKey: true }],
    ['the middle button', '<a href="/orders"><b>x</b></a>', { button: 1 }],
  ])('leaves %s to the browser', (_, html, init) => {
    const moved = vi.fn();
    router.subscribe(moved);
    expect(click(html, init)).toBe(false);
    expect(moved).not.toHaveBeenCalled();
  });
  test('a filter written while one types takes the place of the one before', () => {
    const length = history.length;
    router.go('/orders?q=c', true);
    router.go('/orders?q=cb', true);
    expect(history.length).toBe(length);
    expect(router.getVisit().route).toEqual({ place: 'orders', stage: 'open', query: 'cb' });
  });
  test('the way back is the list as it was left; from elsewhere it is a new one', () => {
    router.go('/orders/o1');
    router.backTo({ place: 'orders', stage: 'open', query: '' });
    expect(back).toHaveBeenCalledOnce();
    router.go('/dashboard');
    router.go('/orders/o1');
    router.backTo({ place: 'orders', stage: 'open', query: '' });
    expect(back).toHaveBeenCalledOnce();
    expect(location.pathname).toBe('/orders');
  });
  test('back shows the page of that entry and where it stood', () => {
    Object.defineProperty(window, 'scrollY', { value: 480, configurable: true });
    const left = { index: 0, from: null, scrollY: 480 };
    router.go('/orders/o1');
    expect(router.getVisit().scrollY).toBe(0);
    history.replaceState(left, '', '/orders?stage=ready');
    dispatchEvent(new PopStateEvent('popstate', { state: left }));
    expect(router.getVisit()).toMatchObject({ by: 'traverse', scrollY: 480, route: { place: 'orders', stage: 'ready' } });
    Reflect.deleteProperty(window, 'scrollY');
  });
});
