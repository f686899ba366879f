// The processes of one Chromium, found by its profile folder, which is no other's: for `kill -9` of the browser and of the renderer in
// which the SharedWorker lives. Linux only where threads are looked at; it never touches a process of another profile.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

interface BrowserProcess {
  readonly pid: number;
  readonly isRenderer: boolean;
}

function processesOf(profile: string): BrowserProcess[] {
  const lines = execFileSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8', maxBuffer: 32 * 1024 * 1024 }).split('\n');
  const rows = lines.map((line) => /^\s*(\d+)\s(.*)$/.exec(line)).filter((match) => match?.[2]?.includes(profile) || false);
  return rows.map((match) => ({ pid: Number(match?.[1]), isRenderer: (match?.[2] ?? '').includes('--type=renderer') }));
}

/** `kill -9` of every process of this profile at once. */
export function killBrowser(profile: string): void {
  for (const { pid } of processesOf(profile)) killHard(pid);
}

/** Pids of the renderers that run a SharedWorker. */
export function workerRenderers(profile: string): number[] {
  return processesOf(profile)
    .filter(({ pid, isRenderer }) => isRenderer && threadsOf(pid).some((name) => name.startsWith('SharedWorker')))
    .map(({ pid }) => pid);
}

export function killHard(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It was gone before: that is what was wanted.
  }
}

function threadsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`).map((task) => readFileSync(`/proc/${pid}/task/${task}/comm`, 'utf8').trim());
  } catch {
    return [];
  }
}
