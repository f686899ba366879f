// @vitest-environment happy-dom
import { act, fireEvent, render, renderHook, screen } from '@testing-library/react';
import { renderToString } from 'react-dom/server';
import { describe, expect, test, vi } from 'vitest';
import { holdToasts, ToastContainer, useToastContainer, type ToastPosition } from '@/components/Toast';
import { useToastNotifications } from '@/lib/error-handling';
import { pageToasts } from '../../src/feedback/page-toasts.ts';
import '../support/toast-page.ts';

/** As document 004 has it. */
function App({ position = 'top-right' }: { readonly position?: ToastPosition }) {
  const { toasts, dismissToast } = useToastContainer();
  return <ToastContainer toasts={toasts} onDismiss={dismissToast} position={position} />;
}
const add = (toast: Parameters<typeof pageToasts.add>[0]) => act(() => void pageToasts.add(toast));
const pass = (ms: number) => act(() => void vi.advanceTimersByTime(ms));
const drawn = () => [...document.querySelectorAll('.hf-toast-title')].map(({ textContent }) => textContent);
const spoken = () => [screen.getByRole('status').textContent, screen.getByRole('alert').textContent];

describe('one store', () => {
  test('[TST1] what one hook adds, under either name, every container shows', () => {
    const { result } = renderHook(() => useToastNotifications());
    render(<App />);
    let id = '';
    act(() => void (id = result.current.addToast({ type: 'success', title: 'Success!', message: 'Operation completed successfully', duration: 3_000 })));
    expect(document.querySelector('.hf-toast')?.textContent).toContain('Success!Operation completed successfully');
    expect(result.current.toasts).toHaveLength(1);
    act(() => result.current.dismissToast(id));
    expect(drawn()).toEqual([]);
  });
  test('[TST1] several containers draw and speak each toast once; when one goes, the other takes over', () => {
    const first = render(<App />);
    render(<App position="bottom-left" />);
    add({ type: 'info', title: 'a' });
    expect(drawn()).toEqual(['a']);
    expect(screen.getAllByRole('status').map(({ textContent }) => textContent)).toEqual(['a', '']);
    first.unmount();
    expect(drawn()).toEqual(['a']);
    expect(document.querySelector('.hf-toasts')?.getAttribute('data-position')).toBe('bottom-left');
  });
  test('a list of the page’s own is drawn as well', () => {
    const onDismiss = vi.fn();
    render(<ToastContainer toasts={[{ id: '7', type: 'warning', title: 'own', duration: 1_000 }]} onDismiss={onDismiss} />);
    expect(drawn()).toEqual(['own']);
    pass(1_000);
    expect(onDismiss.mock.calls).toEqual([['7']]);
  });
  test('on a server there are the places from which it will speak, and nothing else', () => {
    pageToasts.add({ type: 'info', title: 'a' });
    expect(renderToString(<App />)).not.toContain('hf-toast-title');
  });
});

describe('time', () => {
  test('[TST3] a toast goes when its time is over, counted from when it is drawn', () => {
    pageToasts.add({ type: 'success', title: 'a', duration: 3_000 });
    pass(60_000);
    render(<App />);
    pass(2_999);
    expect(drawn()).toEqual(['a']);
    pass(1);
    expect(drawn()).toEqual([]);
  });
  test('[TST3] nothing ages under a pointer, nor with the focus in it', () => {
    render(<App />);
    add({ type: 'info', title: 'a', duration: 3_000 });
    const toast = document.querySelector('.hf-toast')!;
    pass(2_000);
    fireEvent.pointerOver(toast);
    pass(60_000);
    fireEvent.pointerOut(toast, { relatedTarget: document.body });
    act(() => screen.getByRole('button').focus());
    pass(60_000);
    expect(document.querySelector('.hf-toasts')?.getAttribute('data-still')).toBe('true');
    act(() => screen.getByRole('button').blur());
    pass(999);
    expect(drawn()).toEqual(['a']);
    pass(1);
    expect(drawn()).toEqual([]);
  });
  test('[TST3] nor while nobody sees the page', () => {
    render(<App />);
    add({ type: 'info', title: 'a', duration: 3_000 });
    const look = (state: string) => {
      vi.spyOn(document, 'visibilityState', 'get').mockReturnValue(state as DocumentVisibilityState);
      act(() => void document.dispatchEvent(new Event('visibilitychange')));
    };
    look('hidden');
    pass(60_000);
    look('visible');
    pass(2_999);
    expect(drawn()).toEqual(['a']);
    pass(1);
    expect(drawn()).toEqual([]);
  });
  test('a pointer that rested on a toast that was taken away holds nothing up', () => {
    render(<App />);
    add({ id: 'a', type: 'info', title: 'a' });
    add({ type: 'info', title: 'b', duration: 3_000 });
    fireEvent.pointerOver(screen.getAllByText('a').at(-1)!);
    act(() => pageToasts.dismiss('a'));
    pass(3_000);
    expect(drawn()).toEqual([]);
  });
});

describe('what one can do with it', () => {
  const retry = vi.fn();
  const failed = { type: 'error', title: 'Error', message: 'Something went wrong', duration: 5_000, action: { label: 'Retry', onClick: retry } } as const;
  test('[TST4] its action runs once and closes it', () => {
    render(<App />);
    add(failed);
    fireEvent.click(screen.getByRole('button', { name: 'Retry' }));
    expect(retry).toHaveBeenCalledOnce();
    expect(drawn()).toEqual([]);
  });
  test('[TST4] F8 goes to it, Escape closes the newest that may be closed, and the focus goes back where it came from', () => {
    render(
      <>
        <input aria-label="Plate" />
        <App />
      </>,
    );
    add({ type: 'error', title: 'kept' });
    add({ type: 'info', title: 'fixed', dismissible: false });
    const field = screen.getByLabelText('Plate');
    field.focus();
    fireEvent.keyDown(document, { key: 'F8' });
    expect(document.activeElement?.textContent).toBe('fixed');
    fireEvent.keyDown(document, { key: 'Escape' });
    expect(drawn()).toEqual(['fixed']);
    act(() => pageToasts.clear());
    add({ type: 'error', title: 'again' });
    field.focus();
    fireEvent.keyDown(document, { key: 'F8' });
    expect(document.activeElement?.getAttribute('aria-label')).toBe('Close');
    fireEvent.keyDown(document, { key: 'Escape' });
    expect(document.activeElement).toBe(field);
  });
  test('[TST4] a dialog above them has Escape for itself', () => {
    render(
      <>
        <dialog open>?</dialog>
        <App />
      </>,
    );
    add({ type: 'error', title: 'a' });
    fireEvent.keyDown(document, { key: 'Escape' });
    expect(drawn()).toEqual(['a']);
  });
  test('an action with an end says the seconds that are left', () => {
    render(<App />);
    add({ type: 'info', title: 'Marked ready', action: { label: 'Undo', onClick: retry, countdown: (seconds) => `Undo ${seconds}` } });
    const undo = screen.getByRole('button', { name: /^Undo/ });
    expect(undo.textContent).toBe('Undo 8');
    pass(2_000);
    expect(undo.textContent).toBe('Undo 6');
  });
  test('three are drawn, the rest is a number; work under way is a bar', () => {
    render(<App />);
    for (const title of ['a', 'b', 'c', 'd']) add({ type: 'error', title });
    expect(drawn()).toEqual(['b', 'c', 'd']);
    screen.getByText('+1');
    add({ id: 'up', type: 'info', title: 'Sending', progress: 0.4 });
    expect(screen.getByRole('progressbar').getAttribute('value')).toBe('0.4');
  });
});

describe('what is spoken', () => {
  test('[TST5] errors and warnings at once, the rest when there is time, from places that stood before', () => {
    render(<App />);
    expect(spoken()).toEqual(['', '']);
    add({ type: 'success', title: 'Saved' });
    add({ type: 'error', title: 'Error', message: 'Something went wrong' });
    expect(spoken()).toEqual(['Saved', 'Error: Something went wrong']);
    act(() => pageToasts.clear());
    expect(spoken()).toEqual(['', '']);
  });
});

describe('[TST6] under a modal dialog', () => {
  test('toasts stand in the dialog that was opened last, with their time as it was, and back in their place afterwards', () => {
    const dialogs = [document.body.appendChild(document.createElement('dialog')), document.body.appendChild(document.createElement('dialog'))];
    const { container } = render(<App />);
    add({ type: 'info', title: 'a', duration: 3_000 });
    pass(1_000);
    const ends = dialogs.map((dialog) => {
      let end = () => {};
      act(() => void (end = holdToasts(dialog)));
      expect(dialog.textContent).toContain('a');
      return end;
    });
    expect(drawn()).toEqual(['a']);
    act(() => ends[0]?.());
    expect(dialogs[1]?.querySelector('.hf-toast')).not.toBeNull();
    act(() => ends[1]?.());
    expect(container.querySelector('.hf-toast')).not.toBeNull();
    pass(1_999);
    expect(drawn()).toEqual(['a']);
    pass(1);
    expect(drawn()).toEqual([]);
    dialogs.forEach((dialog) => dialog.remove());
  });
  test('Escape closes the toast that has the focus, and leaves the dialog open', () => {
    const dialog = document.body.appendChild(document.createElement('dialog'));
    dialog.setAttribute('open', '');
    render(<App />);
    let end = () => {};
    act(() => void (end = holdToasts(dialog)));
    add({ type: 'error', title: 'a' });
    act(() => screen.getByRole('button', { name: 'Close' }).focus());
    expect(fireEvent.keyDown(screen.getByRole('button', { name: 'Close' }), { key: 'Escape' })).toBe(false);
    expect(drawn()).toEqual([]);
    act(() => end());
    dialog.remove();
  });
});
