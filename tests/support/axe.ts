// What axe says of a screen, in the two looks that find the most: contrast hangs on the theme, layout on the size.
import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

const LOOKS = [
  { colorScheme: 'light', size: { width: 390, height: 844 } },
  { colorScheme: 'dark', size: { width: 1_280, height: 800 } },
] as const;

export async function expectClean(page: Page, screen: string): Promise<void> {
  for (const { colorScheme, size } of LOOKS) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.setViewportSize(size);
    await expect(page.locator('html')).toHaveAttribute('data-theme', colorScheme);
    // All rules, best practices too. No frames here: without `legacy` each look would open a page of its own.
    const { violations } = await new AxeBuilder({ page })
      .setLegacyMode(true)
      .options({ resultTypes: ['violations'] })
      .analyze();
    const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`);
    expect.soft(found, `${screen}, ${colorScheme}, ${size.width}`).toEqual([]);
  }
}
