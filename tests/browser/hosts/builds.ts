// Several deployed versions side by side: the harness, built once, and copied with other build numbers, each in a folder of its own below one
// origin, so that their pages share scope, locks and bus as the tabs of a rolling deployment do.
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const PROJECT = fileURLToPath(new URL('../../..', import.meta.url));
/** A number that occurs nowhere else in the code. */
const STAMP = 1_234_567_891;

export interface Builds {
  /** What the server shall serve: `/1/index.html`, `/2/index.html`... by ascending build number. */
  readonly distDir: string;
  dispose(): void;
}

export async function makeBuilds(count: number): Promise<Builds> {
  const distDir = mkdtempSync(join(tmpdir(), 'holdfast-builds-'));
  const first = join(distDir, '1');
  const args = ['node_modules/vite/bin/vite.js', 'build', '-c', 'tests/browser/harness/vite.config.ts', '--outDir', first, '--base', './'];
  await promisify(execFile)(process.execPath, args, { cwd: PROJECT, env: { ...process.env, MUTANT: '', BUILD_AT: String(STAMP) } });
  for (let number = 2; number <= count; number++) {
    const folder = join(distDir, String(number));
    mkdirSync(folder);
    cpSync(first, folder, { recursive: true });
    restamp(folder, number);
  }
  return { distDir, dispose: () => rmSync(distDir, { recursive: true, force: true }) };
}

function restamp(folder: string, number: number): void {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name));
  const stamped = files.filter((path) => statSync(path).isFile() && path.endsWith('.js') && readFileSync(path, 'utf8').includes(String(STAMP)));
  if (stamped.length === 0) throw new Error('The build number was not found in the built harness');
  for (const path of stamped) writeFileSync(path, readFileSync(path, 'utf8').replaceAll(String(STAMP), String(STAMP + number)));
}
