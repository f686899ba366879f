// Calls to an engine always settle: answered, in time or at its death, also when the engine never says a word.
import { expect, test } from 'vitest';
import { createEngineLink } from '../../src/client/link/engine-link.ts';
import { POLICY } from '../../src/core/policy.ts';
import type { Beat } from '../../src/protocol/frame.ts';
import type { Platform } from '../../src/platform/browser.ts';
import type { Bus } from '../../src/platform/ports.ts';
import { scopeNames } from '../../src/scope/scope.ts';
import { createLockTable } from '../support/lock-table.ts';
import { createVirtualClock } from '../support/virtual-clock.ts';

const names = scopeNames({ id: 's' });
/** Long enough for code that is loaded with the first call. */
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50));
const beat = (engine: string, term = 1, phase = 'live'): Beat => ({ engine, term, phase, durable: true }) as Beat;

function createPage() {
  const clock = createVirtualClock();
  const table = createLockTable();
  const engine = table.context();
  void engine.request(names.alive('e'), {}, () => new Promise(() => {}));
  void table.context().request(names.alive('f'), {}, () => new Promise(() => {}));
  const died: string[] = [];
  const bus: Bus = { post: () => {}, listen: () => {} };
  const platform = { clock, locks: table.context(), random: { number: () => 0, id: () => 'me' } } as unknown as Platform;
  const link = createEngineLink(
    { platform, bus, names, policy: POLICY, page: 'p' },
    { beat: () => {}, died: (gone) => died.push(gone), changed: () => {} },
    new AbortController().signal,
  );
  const codeOf = (call: Promise<unknown>): Promise<unknown> =>
    call.then(
      () => 'answered',
      (error: { code: string }) => error.code,
    );
  return { clock, engine, link, died, codeOf };
}

test('[HST7] without an engine a call fails at once', async () => {
  const { link, codeOf } = createPage();
  expect(await codeOf(link.call((engine) => engine.health()))).toBe('host/gone');
});

test('[HST7] an engine that says nothing: the call fails when its time is up', async () => {
  const { clock, link, codeOf } = createPage();
  link.heard(beat('e'));
  const call = codeOf(link.call((engine) => engine.health()));
  await settled();
  clock.advance(POLICY.rpcMs);
  expect(await call).toBe('net/timeout');
});

test('[HST7] an engine that dies, or says goodbye, or is followed by a newer one: its calls fail at that moment', async () => {
  for (const end of ['crash', 'retired', 'newer'] as const) {
    const { engine, link, died, codeOf } = createPage();
    link.heard(beat('e'));
    const call = codeOf(link.call((remote) => remote.health()));
    await settled();
    if (end === 'crash') engine.crash();
    else link.heard(end === 'retired' ? beat('e', 1, 'retired') : beat('f', 2));
    expect(await call).toBe('host/gone');
    expect(died).toEqual(end === 'newer' ? [] : ['e']);
  }
});
