// Who leads, told by the browser itself: the holder of the `conn` lock, whatever the library says about it.
import type { Page } from '@playwright/test';
import type { BrowserSession, Tab } from '../../support/browser-session.ts';

/** True for the page that holds `conn` for its own engine; of a SharedWorker's engine no page is the holder. */
function holdsConn({ page }: { readonly page: Page }): Promise<boolean> {
  return page.evaluate(async () => {
    // A lock of this page's own tells under which id the browser knows the page.
    const name = `whoami:${Math.random()}`;
    const { held = [] } = await navigator.locks.request(name, () => navigator.locks.query());
    const me = held.find((lock) => lock.name === name)?.clientId;
    return held.some((lock) => lock.name?.endsWith(':conn') && lock.clientId === me);
  });
}

/** The tab whose own engine leads; null where it is a SharedWorker's, or nobody's at this moment. */
export async function leadingTab(browser: BrowserSession): Promise<Tab | null> {
  for (const tab of browser.tabs()) if (await holdsConn(tab)) return tab;
  return null;
}
