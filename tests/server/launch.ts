// The server's process for tests of this folder: what main.ts says, does and leaves behind when it is killed.
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { DEMO_PASSWORD } from '../../server/demo/people.ts';

const MAIN = join(import.meta.dirname, '../../server/main.ts');
export const MANAGER = 'dilani@nugegoda.lagooncarcare.example';

export interface Launched {
  readonly child: ChildProcess;
  readonly url: string;
  readonly output: () => string;
}

/** Killed when the test ends. Rejects with what it said where it ends before it listens. `preload` runs in the process before it. */
export async function launch(dataDir: string, env: Record<string, string> = {}, preload?: string): Promise<Launched> {
  const child = spawn(process.execPath, [...(preload === undefined ? [] : ['--import', preload]), MAIN], {
    env: { ...process.env, PORT: '0', DATA_DIR: dataDir, DEMO_TRAFFIC: 'off', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let output = '';
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (chunk) => {
      output += String(chunk);
      const found = /running at (\S+)/.exec(output)?.[1];
      if (found && output.includes('traffic')) resolve(found);
    });
    child.stderr.on('data', (chunk) => (output += String(chunk)));
    child.on('exit', (code) => reject(new Error(`exit ${code}: ${output}`)));
  });
  return { child, url, output: () => output };
}

export const exitOf = (child: ChildProcess) => new Promise<number | null>((resolve) => child.once('exit', resolve));

/** The manager's cookie. */
export async function signIn(url: string): Promise<string> {
  const answer = await fetch(`${url}/api/v1/session`, { method: 'POST', body: JSON.stringify({ email: MANAGER, password: DEMO_PASSWORD }) });
  return answer.headers.get('set-cookie')?.split(';')[0] ?? '';
}
