// What a browser reads before it offers to install, held against the files that it names.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { routeOf } from '../../src/app/routes.ts';

interface Picture {
  readonly src: string;
  readonly sizes: string;
  readonly type: string;
  readonly purpose?: string;
  readonly form_factor?: string;
  readonly label?: string;
}

interface Manifest {
  readonly id: string;
  readonly start_url: string;
  readonly scope: string;
  readonly display: string;
  readonly icons: readonly Picture[];
  readonly screenshots: readonly Picture[];
  readonly shortcuts: readonly { readonly name: string; readonly url: string; readonly icons: readonly Picture[] }[];
}

const PUBLIC = resolve(import.meta.dirname, '../../public');
const manifest: Manifest = JSON.parse(readFileSync(`${PUBLIC}/manifest.webmanifest`, 'utf8'));
const page = readFileSync(resolve(import.meta.dirname, '../../index.html'), 'utf8');

/** As the PNG's own header says it. */
function pngSize(src: string): string {
  const header = readFileSync(PUBLIC + src).subarray(16, 24);
  return `${header.readUInt32BE(0)}x${header.readUInt32BE(4)}`;
}

test('[APP15] the manifest has an identity, icons of either kind, and pictures for wide and narrow screens', () => {
  expect(manifest).toMatchObject({ id: '/', start_url: '/', scope: '/', display: 'standalone' });
  expect(manifest.icons.map(({ sizes, purpose }) => `${sizes} ${purpose}`)).toEqual(expect.arrayContaining(['192x192 any', '512x512 any', '512x512 maskable']));
  expect(manifest.screenshots.map(({ form_factor, label }) => `${form_factor} ${label !== undefined && label !== ''}`)).toEqual(['wide true', 'narrow true']);
});
test('[APP15] every picture is there in the size that it is said to have', () => {
  const pictures = [...manifest.icons, ...manifest.screenshots, ...manifest.shortcuts.flatMap(({ icons }) => icons)];
  for (const { src, sizes, type } of pictures.filter(({ sizes: given }) => given !== 'any')) expect(`${pngSize(src)} image/png`, src).toBe(`${sizes} ${type}`);
});
test('[APP15] every shortcut leads to a page', () => {
  expect(manifest.shortcuts.map(({ name }) => name)).toEqual(['Orders', 'New order', 'Dashboard']);
  for (const { url } of manifest.shortcuts) expect(routeOf(new URL(url, 'https://wash.example')).place, url).not.toBe('unknown');
});
test('[APP15] iOS, which reads no manifest for it, is told name, icon and full screen by the page', () => {
  for (const name of ['apple-mobile-web-app-capable', 'apple-mobile-web-app-title', 'apple-mobile-web-app-status-bar-style'])
    expect(page).toContain(`name="${name}"`);
  expect(pngSize('/icons/apple-touch-icon.png')).toBe('180x180');
});
