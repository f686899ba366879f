// @vitest-environment happy-dom
// What the page of an order says of others: who is here, who edits and until when, who types; and what that means for the note.
import { fireEvent, screen } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { PresenceContext, type PresenceHere } from '../../src/app/parts/presence-context.ts';
import { FrameContext, useFrame } from '../../src/app/frame.ts';
import { OrderNote } from '../../src/app/parts/order-note.tsx';
import { LockLine, PeopleHere, PeopleUnknown } from '../../src/app/parts/presence-lines.tsx';
import { orderView } from '../../src/domain/order-view.ts';
import { draw, recordingActions } from './draw.tsx';
import { orderDocuments } from './order-documents.ts';

const KASUN = { user: 'kasun', name: 'Kasun Silva', device: 'd1' };
const ISHARA = { user: 'ishara', name: 'Ishara Fernando', device: 'd2' };
const UNTIL = new Date(2026, 10, 20, 14, 0, 0).getTime();

const here = (change: Partial<PresenceHere>): PresenceHere => ({
  ...{ isKnown: true, people: [], lock: null, standing: 'none', typing: [], setEditing: () => {}, typed: () => {} },
  ...change,
});
const linesOf = (change: Partial<PresenceHere>) => {
  const { container, unmount } = draw(
    <PresenceContext value={here(change)}>
      <PeopleHere />
      <LockLine />
    </PresenceContext>,
  );
  const text = container.querySelector('.team-people > span:last-child')?.textContent ?? '';
  const lock = container.querySelector('[role=status]')?.textContent ?? '';
  unmount();
  return [text, lock];
};
const viewing = (who: typeof KASUN) => ({ ...who, doing: 'viewing' as const });

test('[TEA7] names who is here, who edits and who types; one person on two devices is one name', () => {
  expect(linesOf({})).toEqual(['', '']);
  expect(linesOf({ people: [viewing(KASUN)] })).toEqual(['Kasun is here', '']);
  expect(linesOf({ people: [viewing(KASUN), viewing({ ...KASUN, device: 'd9' }), viewing(ISHARA)] })[0]).toBe('Kasun and Ishara are here');
  expect(linesOf({ people: [viewing(KASUN), { ...ISHARA, doing: 'editing' }] })[0]).toBe('Ishara is editing');
  expect(linesOf({ people: [viewing(KASUN)], typing: [KASUN] })[0]).toBe('Kasun is typing');
});

test('[TEA7] says who holds the lock and until when at the latest, and what becomes of what was typed', () => {
  const lock = { ...KASUN, until: UNTIL };
  expect(linesOf({ lock })[1]).toBe('Kasun is editing this order. Stages and payment stay open. It unlocks when they are done, or by itself at 14:00.');
  expect(linesOf({ lock, standing: 'waiting' })[1]).toContain('What you typed is still here');
  expect(linesOf({ standing: 'lost' })[1]).toContain('Your lock ended. What you typed is still here');
});

test('[TEA7] without a connection who else is here is not known', () => {
  const Offline = () => (
    <FrameContext value={{ ...useFrame(), standing: { kind: 'last-known', atMs: UNTIL } }}>
      <PresenceContext value={here({ isKnown: false })}>
        <PeopleUnknown />
      </PresenceContext>
    </FrameContext>
  );
  draw(<Offline />);
  expect(screen.getByText('Who else is here is not known.')).toBeTruthy();
});

test('[TEA7] while somebody else edits, the note can not be begun; a form that is open says so to the others and stays', async () => {
  const view = orderView(orderDocuments(), 'o1', 'manager');
  if (!view) throw new Error('The branch has no o1');
  const setEditing = vi.fn();
  const part = (change: Partial<PresenceHere>) => (
    <PresenceContext value={here({ setEditing, ...change })}>
      <OrderNote view={view} actions={recordingActions()} />
    </PresenceContext>
  );
  const { rerender } = draw(part({ lock: { ...KASUN, until: UNTIL } }));
  const button = screen.getByRole<HTMLButtonElement>('button', { name: /^(Write a|Change) note$/ });
  expect(button.disabled).toBe(true);
  rerender(part({}));
  expect(button.disabled).toBe(false);
  fireEvent.click(button);
  await screen.findByRole('textbox');
  expect(setEditing).toHaveBeenLastCalledWith(true);
  rerender(part({ lock: { ...KASUN, until: UNTIL }, standing: 'lost' }));
  expect(screen.getByRole('textbox')).toBeTruthy();
});
