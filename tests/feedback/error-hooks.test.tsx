// @vitest-environment happy-dom
// What document 004 shows of its hooks, as a reader would write it.
import { act, fireEvent, render, renderHook, screen } from '@testing-library/react';
import { renderToString } from 'react-dom/server';
import { expect, test, vi } from 'vitest';
import { ErrorHandler, ErrorSeverity, ErrorType, useErrorHandler, useToastNotifications } from '@/lib/error-handling';
import { pageToasts } from '../../src/feedback/page-toasts.ts';
import '../support/toast-page.ts';

function MyComponent({ apiCall }: { readonly apiCall: () => Promise<unknown> }) {
  const { handleError, errors, isRetrying } = useErrorHandler();
  const performOperation = async () => {
    try {
      await handleError(async () => await apiCall(), { type: ErrorType.NETWORK, severity: ErrorSeverity.MEDIUM });
    } catch (error) {
      console.error('Operation failed:', error);
    }
  };
  return (
    <div>
      {isRetrying && <div>Retrying...</div>}
      {errors.map((error) => (
        <div key={error.message}>Error: {error.message}</div>
      ))}
      <button onClick={() => void performOperation()}>Perform Operation</button>
    </div>
  );
}

const pass = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));

test('the component of the document: says that it retries, then what went wrong, each error once', async () => {
  const complaint = vi.spyOn(console, 'error').mockImplementation(() => {});
  const apiCall = vi.fn(() => Promise.reject(new Error('Nobody answers')));
  render(<MyComponent apiCall={apiCall} />);
  for (let round = 0; round < 2; round++) {
    fireEvent.click(screen.getByRole('button'));
    await pass(0);
    screen.getByText('Retrying...');
    await pass(3_000);
    expect(screen.queryByText('Retrying...')).toBeNull();
  }
  screen.getByText('Error: Nobody answers');
  expect(apiCall).toHaveBeenCalledTimes(6);
  // Twice by the component, and none of React about keys.
  expect(complaint.mock.calls.map(([first]) => String(first))).toEqual(['Operation failed:', 'Operation failed:']);
  expect(pageToasts.toasts.getSnapshot().list).toEqual([]);
});
test('[ERR3] a component that is gone tries no more', async () => {
  const apiCall = vi.fn(() => Promise.reject(new Error('Nobody answers')));
  const { result, unmount } = renderHook(() => useErrorHandler());
  let ended: unknown;
  act(() => void result.current.handleError(apiCall).catch((error: unknown) => (ended = error)));
  await pass(0);
  unmount();
  await pass(10_000);
  expect(apiCall).toHaveBeenCalledOnce();
  expect(ended).toMatchObject({ name: 'AbortError' });
});
test('a component has its own errors, which the page’s handler has as well; clear() takes away its own', async () => {
  const one = renderHook(() => useErrorHandler());
  const other = renderHook(() => useErrorHandler());
  const failed = ErrorHandler.getInstance().stats.failed;
  await act(() => one.result.current.handleError(() => Promise.reject(new Error('of one')), { retryable: false }).catch(() => {}));
  expect([one, other].map(({ result }) => result.current.errors.length)).toEqual([1, 0]);
  expect(ErrorHandler.getInstance().errors.at(-1)?.message).toBe('of one');
  expect(ErrorHandler.getInstance().stats.failed).toBe(failed + 1);
  act(() => one.result.current.clear());
  expect(one.result.current.errors).toEqual([]);
});
test('[ERR4] a critical one is a toast of the page, with no more ado', async () => {
  const { result } = renderHook(() => useToastNotifications());
  await act(() =>
    new ErrorHandler().handleError(() => Promise.reject(new TypeError('Failed to fetch')), { severity: ErrorSeverity.CRITICAL, maxRetries: 1 }).catch(() => {}),
  );
  expect(result.current.toasts.map(({ type, title, message }) => [type, title, message])).toEqual([['error', 'No connection', 'Failed to fetch']]);
});
test('renders on a server', () => expect(renderToString(<MyComponent apiCall={async () => {}} />)).toContain('Perform Operation'));
