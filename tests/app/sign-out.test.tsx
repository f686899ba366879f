// @vitest-environment happy-dom
import { act, fireEvent, screen } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { SignOutPanel } from '../../src/app/parts/sign-out.tsx';
import type { SignOut } from '../../src/app/use-sign-out.ts';
import { words } from '../../src/app/words.ts';
import { SyncError } from '../../src/core/sync-error.ts';
import { draw } from './draw.tsx';

const said = words.person.leave;
const unsent = () => new SyncError('write/unsent', 'Two wait.', { details: { count: 2 } });

async function press(name: string): Promise<void> {
  await act(async () => {
    fireEvent.click(screen.getByRole('button', { name }));
    await Promise.resolve();
  });
}

function panel(answers: readonly (Error | null)[]) {
  const left = [...answers];
  const signOut = vi.fn<SignOut>(() => {
    const answer = left.shift();
    return answer ? Promise.reject(answer) : Promise.resolve();
  });
  draw(<SignOutPanel signOut={signOut} />);
  return signOut;
}

test('[APP14] entries that were not sent are asked about before anybody is signed out', async () => {
  const signOut = panel([unsent(), unsent(), null]);
  await press(words.person.signOut);
  expect(signOut.mock.calls).toEqual([[{ unsent: 'refuse' }]]);
  expect(document.activeElement?.textContent).toBe('2 entries were not sent.');
  screen.getByText(said.lead);
  await press(said.sendFirst);
  screen.getByText(said.notSent);
  await press(said.keep);
  expect(signOut.mock.calls.slice(1)).toEqual([[{ unsent: 'refuse' }], [{ unsent: 'keep' }]]);
});
test('[APP14] discarding is one of the choices, staying another, and neither is made by itself', async () => {
  const signOut = panel([unsent(), unsent(), null]);
  await press(words.person.signOut);
  await press(said.stay);
  expect(signOut).toHaveBeenCalledOnce();
  await press(words.person.signOut);
  await press(said.discard);
  expect(signOut.mock.lastCall).toEqual([{ unsent: 'discard' }]);
});
test('a sign-out that fails otherwise says so and can be tried again', async () => {
  const signOut = panel([new Error('away'), null]);
  await press(words.person.signOut);
  screen.getByText(words.person.failed);
  await press(words.person.signOut);
  expect(signOut).toHaveBeenCalledTimes(2);
});
