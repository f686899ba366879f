// Runs a program as a child whose output is ours and whose end follows ours. It must leave no process behind.
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { root } from './require-node.mjs';

/** How long a child that was asked to stop may take, in ms: the server says good-bye to its streams within 2 s. */
const STOP_MS = 8_000;

/** Runs `node <args>` and resolves with its exit code; a signal to this process goes on to the child. */
export function runNode(args, { env = {}, quiet = false } = {}) {
  const child = spawn(process.execPath, args, { cwd: root, env: { ...process.env, ...env }, stdio: ['ignore', quiet ? 'ignore' : 'inherit', 'inherit'] });
  const forward = (signal) => stopChild(child, signal);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, forward);
  const ended = new Promise((done, fail) => {
    child.once('error', fail);
    child.once('exit', (code, signal) => done(signal ? 128 : (code ?? 1)));
  }).finally(() => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.off(signal, forward);
  });
  return { child, ended };
}

/** Asks a child to stop, and ends it when it does not. */
export function stopChild(child, signal = 'SIGTERM') {
  child.kill(signal);
  setTimeout(() => child.kill('SIGKILL'), STOP_MS).unref();
}

/** True when nothing listens on this port of this machine. */
export function isPortFree(port) {
  return new Promise((answer) => {
    const probe = createServer();
    probe.once('error', () => answer(false));
    probe.listen(port, () => probe.close(() => answer(true)));
  });
}
