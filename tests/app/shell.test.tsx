// @vitest-environment happy-dom
import { act, fireEvent, screen } from '@testing-library/react';
import { useEffect } from 'react';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { IndicatorHealth, IndicatorState } from '../../src/app/indicator-state.ts';
import { ConnectionIndicator } from '../../src/app/parts/connection-indicator.tsx';
import { Page } from '../../src/app/parts/page.tsx';
import { Shell } from '../../src/app/parts/shell.tsx';
import { SignInForm, type SignInFormProps } from '../../src/app/parts/sign-in-form.tsx';
import { ToastList } from '../../src/app/parts/toast-list.tsx';
import type { NewToast } from '../../src/app/new-toast.ts';
import { useToasts } from '../../src/app/use-toasts.ts';
import { words } from '../../src/app/words.ts';
import { draw, testClock } from './draw.tsx';
import { NOW } from './fixtures.ts';

const health: IndicatorHealth = {
  status: 'healthy',
  label: 'Live',
  lastByteAt: NOW - 1_000,
  retryAt: NOW + 8_000,
  reason: null,
  updates: 1_284,
  trouble: null,
};
const indicator = (state: IndicatorState, change: Partial<IndicatorHealth> = {}, onTryNow = () => {}, onSignIn = () => {}) => (
  <ConnectionIndicator state={state} health={{ ...health, ...change }} onTryNow={onTryNow} onSignIn={onSignIn} />
);

describe('the connection indicator', () => {
  test('is one word, how old, and the number of updates; not a live region', () => {
    const clock = testClock();
    const { container } = draw(indicator('live'), clock);
    const button = container.querySelector('.indicator');
    expect(button?.textContent).toBe('Livenow1,284 updates');
    clock.tick(5_000);
    expect(button?.textContent).toBe('Live5 s ago1,284 updates');
    expect(container.querySelector('[aria-live], [role=status], [role=alert]')).toBeNull();
  });
  test.each<[IndicatorState, Partial<IndicatorHealth>, string]>([
    ['offline', { lastByteAt: NOW - 16 * 60_000 }, 'Offlinesince 13:42'],
    ['offline', { lastByteAt: null }, 'Offline'],
    ['connecting', { lastByteAt: NOW - 60_000 }, 'Connectingas of 13:57'],
    ['polling', {}, 'Pollingnow'],
    ['sign-in', {}, 'Sign in again'],
  ])('%s with %o says "%s"', (state, change, text) => {
    const { container } = draw(indicator(state, change));
    expect(container.querySelector('.indicator')?.textContent).toBe(text);
  });
  test('opened, says the sentence, the reason and the next attempt, and tries now', () => {
    const onTryNow = vi.fn();
    const { container } = draw(indicator('offline', { lastByteAt: NOW - 60_000, reason: 'mute' }, onTryNow));
    const popover = container.querySelector('[popover]');
    act(() => void popover?.dispatchEvent(Object.assign(new Event('toggle'), { newState: 'open' })));
    expect(container.querySelector('.indicator')?.textContent).toBe('Offlinetrying again in 8 s');
    screen.getByText('The server answered but sent nothing');
    fireEvent.click(screen.getByText('Try now'));
    expect(onTryNow).toHaveBeenCalledOnce();
  });
  test('offline, says that work goes on and what becomes of it', () => expect(words.connection.sentence.offline).toMatch(/keep working.*kept.*by itself/));
});

describe('the frame of a page', () => {
  const session = { tenant: 't', user: 'u', role: 'worker', name: 'Dilani Jayasuriya', tenantName: 'Nugegoda' } as const;
  test('has a skip link first, then places, one h1 and the page', () => {
    const { container } = draw(
      <Shell place="order" session={session} signOut={() => Promise.resolve()}>
        <Page title="CBF 4821" className="order" branch="Nugegoda">
          {null}
        </Page>
      </Shell>,
    );
    expect(container.querySelector('a')?.textContent).toBe('To the order');
    fireEvent.click(screen.getByText('To the order'));
    expect(document.activeElement).toBe(screen.getByRole('main'));
    expect(screen.getAllByRole('heading', { level: 1 })).toHaveLength(1);
    expect(document.title).toBe('CBF 4821 · Holdfast');
    screen.getByRole('navigation', { name: 'Places' });
    const places = [...container.querySelectorAll('a.place')].map((link) => [link.textContent, link.getAttribute('href'), link.getAttribute('aria-current')]);
    expect(places).toEqual([
      ['Board', '/', null],
      ['Orders', '/orders', 'true'],
      ['Dashboard', '/dashboard', null],
      ['Settings', '/settings', null],
    ]);
  });
  test('on a phone what has no room in the bar stands behind More, which is marked while one of it is the page', () => {
    const { container } = draw(
      <Shell place="settings" session={session} signOut={() => Promise.resolve()}>
        {null}
      </Shell>,
    );
    expect(screen.getByRole('button', { name: 'More' }).getAttribute('aria-current')).toBe('true');
    const menu = container.querySelector('.more-popover');
    act(() => void menu?.dispatchEvent(Object.assign(new Event('toggle'), { newState: 'open' })));
    const links = [...(menu?.querySelectorAll('a') ?? [])].map((link) => [link.textContent, link.getAttribute('href'), link.getAttribute('aria-current')]);
    expect(links).toEqual([
      ['Dashboard', '/dashboard', null],
      ['Settings', '/settings', 'page'],
    ]);
    expect(menu?.textContent).toContain('Sign out');
  });
  test('signs out once, and says so where that fails', async () => {
    const signOut = vi.fn(() => Promise.reject(new Error('away')));
    draw(
      <Shell place="board" session={session} signOut={signOut}>
        {null}
      </Shell>,
    );
    const button = screen.getByText('Sign out');
    await act(async () => {
      fireEvent.click(button);
      await Promise.resolve();
    });
    expect(signOut).toHaveBeenCalledOnce();
    screen.getByText(words.person.failed);
  });
});

describe('the sign-in form', () => {
  const drawForm = (props: Partial<SignInFormProps> = {}) => {
    const onSubmit = vi.fn();
    draw(<SignInForm isAgain={false} failure={null} isBusy={false} version="1.0.0" onSubmit={onSubmit} {...props} />);
    return { onSubmit, email: screen.getByLabelText('E-mail'), password: screen.getByLabelText('Password') };
  };
  test.each([
    [1, '1 entry waits for Dilani.'],
    [3, '3 entries wait for Dilani.'],
  ])('where a session ended, who left %i behind', (entries, said) => {
    drawForm({ isAgain: true, parked: { name: 'Dilani', entries } });
    screen.getByText(said);
  });
  test('works with password managers and hands on what was typed', () => {
    const { onSubmit, email, password } = drawForm();
    expect([email.getAttribute('autocomplete'), password.getAttribute('autocomplete')]).toEqual(['username', 'current-password']);
    fireEvent.change(email, { target: { value: ' dilani@lagoon.example ' } });
    fireEvent.change(password, { target: { value: ' secret ' } });
    fireEvent.submit(screen.getByRole('form', { name: 'Sign in' }));
    expect(onSubmit).toHaveBeenCalledWith('dilani@lagoon.example', ' secret ');
  });
  test('says beside its field what is missing and goes there', () => {
    const { onSubmit, email, password } = drawForm();
    fireEvent.change(email, { target: { value: 'dilani@lagoon.example' } });
    fireEvent.submit(screen.getByRole('form', { name: 'Sign in' }));
    expect(onSubmit).not.toHaveBeenCalled();
    expect(document.activeElement).toBe(password);
    expect(document.querySelector(`#${password.getAttribute('aria-describedby')}`)?.textContent).toBe(words.signIn.passwordMissing);
  });
  test('shows the password on request, without losing it', () => {
    const { password } = drawForm();
    fireEvent.change(password, { target: { value: 'secret' } });
    fireEvent.click(screen.getByRole('button', { name: 'Show password' }));
    expect(password.getAttribute('type')).toBe('text');
    expect((password as HTMLInputElement).value).toBe('secret');
  });
  test('says a failure aloud and does not submit twice while one is under way', () => {
    const { onSubmit, email, password } = drawForm({ failure: words.signIn.wrong, isBusy: true });
    expect(screen.getByRole('alert').textContent).toBe(words.signIn.wrong);
    fireEvent.change(email, { target: { value: 'a@b.example' } });
    fireEvent.change(password, { target: { value: 'x' } });
    fireEvent.submit(screen.getByRole('form', { name: 'Sign in' }));
    expect(onSubmit).not.toHaveBeenCalled();
    screen.getByRole('button', { name: 'Signing in' });
  });
});

describe('toasts on the page', () => {
  afterEach(() => void vi.useRealTimers());
  function Toasts({ toasts }: { readonly toasts: readonly NewToast[] }) {
    const show = useToasts();
    useEffect(() => toasts.forEach(show), [toasts, show]);
    return <ToastList />;
  }
  const drawToasts = (...toasts: readonly NewToast[]) => {
    vi.useFakeTimers();
    return draw(<Toasts toasts={toasts} />);
  };
  const pass = (ms: number) => act(() => void vi.advanceTimersByTime(ms));
  const undo = { label: words.undo, name: words.undoName, run: () => {} };
  test('count their action down, stand still under a pointer, and close by Escape', () => {
    drawToasts({ tone: 'info', text: 'CAR 7710 marked ready.', action: undo });
    const button = screen.getByRole('button', { name: /^Undo/ });
    expect(button.textContent).toBe('Undo 8');
    pass(2_000);
    expect(button.textContent).toBe('Undo 6');
    fireEvent.pointerOver(button);
    pass(60_000);
    expect(button.textContent).toBe('Undo 6');
    fireEvent.keyDown(document, { key: 'Escape' });
    expect(document.querySelector('.toasts')).toBeNull();
  });
  test('show two and how many wait; errors are said at once and stay', () => {
    drawToasts({ tone: 'info', text: 'a' }, { tone: 'info', text: 'b' }, { tone: 'error', text: 'c' });
    screen.getByText('+1');
    expect(document.querySelector('.toasts')?.textContent).not.toContain('a');
    expect(screen.getByRole('alert').textContent).toBe('c');
    pass(3_600_000);
    expect(document.querySelector('.toasts')?.textContent).toBe('c');
  });
  test('are gone with the person who is signed in', () => {
    drawToasts({ tone: 'error', text: 'c' }).unmount();
    drawToasts();
    expect(document.querySelector('.toasts')).toBeNull();
  });
});
