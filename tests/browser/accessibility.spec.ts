// The application's screens judged by axe, in both themes and with a touch screen's size, and walked by keyboard.
import { fileURLToPath } from 'node:url';
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { MANAGER } from '../support/page-probes.ts';
import { PASSWORD } from '../support/rest-user.ts';
import { expect, test } from '../support/browser-test.ts';

const DIST = fileURLToPath(new URL('../../dist', import.meta.url));
interface Look {
  readonly colorScheme: 'light' | 'dark';
  readonly size: { readonly width: number; readonly height: number };
}

const TABLET = { width: 1_280, height: 800 };
const PHONE = { width: 390, height: 844 };
const EVERY: readonly Look[] = (['light', 'dark'] as const).flatMap((colorScheme) => [TABLET, PHONE].map((size) => ({ colorScheme, size })));
/** Both themes and both sizes in two looks, for screens whose colours are those of the board. */
const ACROSS: readonly Look[] = [
  { colorScheme: 'light', size: PHONE },
  { colorScheme: 'dark', size: TABLET },
];

test('[AXE1] sign-in, board, list and page of orders have no fault that axe finds, in both themes, on tablet and phone', async ({ stage }) => {
  const server = await stage.server({ distDir: DIST });
  const browser = await stage.browser(server.url);
  const page = await browser.context().newPage();
  await page.goto(server.url);
  await expect(page.getByLabel('E-mail')).toBeVisible();
  await expectClean(page, 'sign-in');
  await page.getByLabel('E-mail').fill(MANAGER);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.keyboard.press('Enter');
  await expect(page.getByText('Live').first()).toBeVisible();
  await expectClean(page, 'board');
  await page.goto(`${server.url}/orders`);
  await expect(page.locator('.order-row').first()).toBeVisible();
  await expectClean(page, 'orders', ACROSS);
  await page.locator('.order-row').first().click();
  await expect(page.locator('.stepper')).toBeVisible();
  await expectClean(page, 'order', ACROSS);
});

test('[AXE2] every control of the board can be reached by Tab, shows where the focus is, and is at least 44 px high, as a mouse allows', async ({ stage }) => {
  const server = await stage.server({ distDir: DIST });
  const browser = await stage.browser(server.url);
  const page = await browser.context().newPage();
  await page.setViewportSize({ width: 1_280, height: 800 });
  await page.goto(server.url);
  await page.getByLabel('E-mail').fill(MANAGER);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByText('Live').first()).toBeVisible();
  const controls = await page.locator('button:visible, a:visible').count();
  const reached = new Map<string, { outline: string; height: number }>();
  for (let at = 0; at < controls * 2; at++) {
    await page.keyboard.press('Tab');
    const focused = await page.evaluate(() => {
      const element = document.activeElement;
      if (!element || element === document.body) return null;
      const style = getComputedStyle(element);
      return {
        name: element.getAttribute('aria-label') ?? element.textContent,
        outline: style.outlineStyle,
        height: Math.round(element.getBoundingClientRect().height),
      };
    });
    if (focused) reached.set(focused.name ?? '', focused);
  }
  expect(reached.size).toBeGreaterThan(10);
  for (const [name, { outline, height }] of reached) {
    expect(outline, name).not.toBe('none');
    expect(height, name).toBeGreaterThanOrEqual(44);
  }
});

async function expectClean(page: Page, screen: string, looks: readonly Look[] = EVERY): Promise<void> {
  for (const { colorScheme, size } of looks) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize(size);
    await page.waitForTimeout(300);
    const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']).analyze();
    const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`);
    expect(found, `${screen}, ${colorScheme}, ${size.width}`).toEqual([]);
  }
}
