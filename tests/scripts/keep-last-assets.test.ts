// Three builds in a row: what of the earlier ones a tab may still find.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { build } from 'vite';
import { keepLastAssets, readPreviousAssets } from '../../scripts/keep-last-assets.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'assets-'));
  writeFileSync(join(root, 'index.html'), '<script type="module" src="/main.js"></script>');
});
afterEach(() => rmSync(root, { recursive: true }));

/** Builds a page that differs by `text`, and answers the names of its own scripts. */
async function deploy(text: string): Promise<string[]> {
  writeFileSync(join(root, 'main.js'), `document.title = ${JSON.stringify(text)};`);
  await build({ root, configFile: false, logLevel: 'silent', plugins: [keepLastAssets()] });
  const previous = readPreviousAssets(join(root, 'dist'));
  return assets().filter((name) => !previous.includes(name));
}

function assets(): string[] {
  return readdirSync(join(root, 'dist/assets')).filter((name) => name.endsWith('.js'));
}

test('the assets of the last build stay for one generation, and those before it go', async () => {
  const first = await deploy('one');
  const second = await deploy('two');
  expect(assets().toSorted()).toEqual([...first, ...second].toSorted());
  const third = await deploy('three');
  expect(assets().toSorted()).toEqual([...second, ...third].toSorted());
});

test('a first build has nothing to keep', async () => {
  const first = await deploy('one');
  expect(assets()).toEqual(first);
  expect(readPreviousAssets(join(root, 'dist'))).toEqual([]);
});
