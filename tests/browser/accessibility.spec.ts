// The application's screens judged by axe, each in a light phone and a dark tablet, and walked by keyboard. One sign-in serves every screen.
import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';
import { expectClean } from '../support/axe.ts';
import { MANAGER } from '../support/page-probes.ts';
import { PASSWORD } from '../support/rest-user.ts';
import { expect, test } from '../support/browser-test.ts';

const DIST = fileURLToPath(new URL('../../dist', import.meta.url));

interface Place {
  readonly name: string;
  readonly open: (page: Page, url: string) => Promise<unknown>;
  /** What must be on the screen before it is judged. */
  readonly shows: string;
}

const at = (path: string) => (page: Page, url: string) => page.goto(url + path);

const PLACES: readonly Place[] = [
  { name: 'board', open: at('/'), shows: '.bay-plate' },
  { name: 'orders', open: at('/orders'), shows: '.order-row' },
  { name: 'no orders', open: at('/orders?q=CBX+99'), shows: '.orders-empty' },
  { name: 'order', open: openOrder, shows: '.stepper' },
  { name: 'dashboard', open: at('/dashboard'), shows: '.plot canvas' },
  { name: 'live overview', open: at('/realtime'), shows: '.hf-line-row' },
  { name: 'settings', open: at('/settings'), shows: '.setting' },
  { name: 'details', open: at('/debug'), shows: '.hf-row' },
  { name: 'nowhere', open: at('/nowhere'), shows: '.page-note' },
];

async function openOrder(page: Page, url: string): Promise<void> {
  await page.goto(`${url}/orders?stage=ready`);
  await page.locator('.order-row').first().click();
  await expect(page.locator('.stepper')).toBeVisible();
  // By its own address nobody has moved the focus yet.
  await page.reload();
}

async function signIn(page: Page): Promise<void> {
  await page.getByLabel('E-mail').fill(MANAGER);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.keyboard.press('Enter');
  await expect(page.getByText('Live').first()).toBeVisible();
}

test('[AXE1] no screen, sheet, list of keys or table has a fault that axe finds, in both themes, on tablet and phone', async ({ stage }) => {
  const server = await stage.server({ distDir: DIST });
  const browser = await stage.browser(server.url);
  const page = await browser.context().newPage();
  await page.goto(server.url);
  await expect(page.getByLabel('E-mail')).toBeVisible();
  await expectClean(page, 'sign-in');
  await signIn(page);
  for (const { name, open, shows } of PLACES) {
    await open(page, server.url);
    await expect(page.locator(shows).first()).toBeVisible();
    await expectClean(page, name);
  }
  await page.goto(`${server.url}/dashboard`);
  for (const toggle of await page.getByRole('button', { name: /, as a table$/ }).all()) await toggle.click();
  await expectClean(page, 'tables');
  await page.goto(`${server.url}/orders?new`);
  await page.getByRole('dialog', { name: 'New order' }).getByRole('button', { name: 'Create order' }).click();
  await expect(page.getByText('Enter the plate.')).toBeVisible();
  await expectClean(page, 'new order');
  await page.keyboard.press('Escape');
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keys' })).toBeVisible();
  await expectClean(page, 'keys');
});

test('[AXE2] every control of every screen is reached by Tab, shows its focus in full, and is at least 44 px high, as a mouse allows', async ({ stage }) => {
  const server = await stage.server({ distDir: DIST });
  const browser = await stage.browser(server.url);
  const page = await browser.context().newPage();
  await page.setViewportSize({ width: 1_280, height: 800 });
  await page.goto(server.url);
  await signIn(page);
  for (const { name, open, shows } of PLACES) {
    await open(page, server.url);
    await expect(page.locator(shows).first()).toBeVisible();
    const { faults, missed, reached } = await walk(page);
    expect.soft(faults, name).toEqual([]);
    expect.soft(missed, `${name}: out of reach`).toEqual([]);
    expect(reached, name).toBeGreaterThan(5);
  }
});

/** More steps than any screen has stops. */
const MAX_STEPS = 120;

/** Tabs once through the page, from its start until the focus leaves it. */
async function walk(page: Page): Promise<{ readonly faults: readonly string[]; readonly missed: readonly string[]; readonly reached: number }> {
  const faults: string[] = [];
  let reached = 0;
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  for (let step = 0; step < MAX_STEPS; step++) {
    await page.keyboard.press('Tab');
    const stop = await page.evaluate(lookAtFocus);
    if (stop === 'end') break;
    reached += 1;
    if (stop !== 'well') faults.push(stop);
  }
  return { faults: [...new Set(faults)], missed: await page.evaluate(unreached), reached };
}

/** Runs in the page: what is wrong with the focused control, and a mark on it. `end`: none is, or it was here before. */
function lookAtFocus(): string {
  const element = document.activeElement;
  if (!(element instanceof HTMLElement) || element === document.body || element.dataset['walked'] === 'yes') return 'end';
  element.dataset['walked'] = 'yes';
  // A radio or a box that is ticked is as high as its label, which is what is touched.
  const target = element.closest('label') ?? element;
  const { height, left, top, width } = target.getBoundingClientRect();
  const name = element.getAttribute('aria-label') ?? (target.textContent.trim() || element.id);
  const shown = [element, target].some((one) => getComputedStyle(one).outlineStyle !== 'none');
  if (!shown) return `${name}: no focus ring`;
  if (Math.round(height) < 44) return `${name}: ${Math.round(height)} px high`;
  const above = document.elementFromPoint(left + width / 2, top + height / 2);
  return above && (target.contains(above) || above.contains(target)) ? 'well' : `${name}: hidden under ${above?.className ?? 'the edge'}`;
}

/** Runs in the page: visible controls that no Tab came to. A group of radios has one stop. */
function unreached(): string[] {
  return [...document.querySelectorAll<HTMLElement>('a[href], button, input, select, textarea')]
    .filter((element) => element.checkVisibility({ visibilityProperty: true }) && element.tabIndex >= 0 && element.dataset['walked'] !== 'yes')
    .filter((element) => !(element instanceof HTMLInputElement && element.type === 'radio'))
    .map((element) => element.getAttribute('aria-label') ?? element.textContent.trim());
}
