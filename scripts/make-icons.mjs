// `npm run icons`: renders the PNG icons of public/icons from public/favicon.svg. Run it after the logo has changed; the results are committed.
import { mkdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { requireNode, root } from './require-node.mjs';

await requireNode();
const { chromium } = await import('@playwright/test');
const { launchOptions } = await import('./find-browser.mjs');

/** Ground of the icons that a system cuts to its own shape: the logo's own, so that no corner shows. */
const GROUND = '#0D181E';

/** `logo` is the part of the icon's width that the logo takes: a mask may cut off a tenth on each side. */
const ICONS = [
  { name: 'icon-192.png', size: 192, logo: 1, ground: 'transparent' },
  { name: 'icon-512.png', size: 512, logo: 1, ground: 'transparent' },
  { name: 'maskable-512.png', size: 512, logo: 0.8, ground: GROUND },
  { name: 'apple-touch-icon.png', size: 180, logo: 1, ground: GROUND },
];

const svg = readFileSync(resolve(root, 'public/favicon.svg'), 'utf8');
const folder = resolve(root, 'public/icons');
mkdirSync(folder, { recursive: true });

const browser = await chromium.launch(launchOptions());
for (const icon of ICONS) await render(icon);
await browser.close();

async function render({ name, size, logo, ground }) {
  const page = await browser.newPage({ viewport: { width: size, height: size } });
  const side = Math.round(size * logo);
  await page.setContent(
    `<style>body{margin:0;height:100vh;display:grid;place-items:center;background:${ground}}svg{width:${side}px;height:${side}px}</style>${svg}`,
  );
  await page.screenshot({ path: resolve(folder, name), omitBackground: true });
  await page.close();
  console.log(`${name} ${size}x${size}`);
}
