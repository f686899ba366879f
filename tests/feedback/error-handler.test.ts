import { describe, expect, test, vi } from 'vitest';
import { ErrorHandler, ErrorSeverity, ErrorType, type HandleOptions, type Operation } from '@/lib/error-handling';
import { SyncError } from '@/lib/sync';
import { MAX_ERRORS } from '../../src/feedback/handled-errors.ts';
import type { NewToast } from '../../src/feedback/toast-state.ts';

/** A handler on a clock whose pauses pass at once and are written down. */
function handler(random = 0.999) {
  const waits: number[] = [];
  const shown: NewToast[] = [];
  const after = (ms: number, callback: () => void) => {
    waits.push(Math.round(ms));
    queueMicrotask(callback);
    return () => {};
  };
  const made = new ErrorHandler({
    clock: { now: () => 1_000, monotonic: () => 0, after },
    random: { number: () => random },
    show: (toast) => (shown.push(toast), ''),
  });
  return { made, waits, shown };
}

/** An operation that fails as it is told, then answers `done`. */
function failing(...failures: readonly unknown[]) {
  let attempts = 0;
  const run: Operation<unknown> = () => {
    const failure = failures[attempts++];
    if (failure instanceof Response) return failure;
    if (failure !== undefined) throw failure as Error;
    return 'done';
  };
  return { run, attempts: () => attempts };
}

const network = () => new TypeError('Failed to fetch');
const answer = (status: number, headers: Record<string, string> = {}) => new Response('x', { status, headers });

describe("document 004's own test", () => {
  test('should retry failed operations', async () => {
    const errorHandler = ErrorHandler.getInstance();
    let attempts = 0;
    await expect(
      errorHandler.handleError(
        async () => {
          attempts++;
          throw new Error('Network error');
        },
        { maxRetries: 3 },
      ),
    ).rejects.toThrow();
    expect(attempts).toBe(3);
  });
});

describe('attempts', () => {
  test.each<[string, unknown, HandleOptions, number]>([
    ['a failed fetch', network(), {}, 3],
    ['an unknown error', new Error('?'), { maxRetries: 2 }, 2],
    ['a kind that repeating does not change', new Error('?'), { type: ErrorType.VALIDATION }, 1],
    ['the same where the caller says that it may', new Error('?'), { type: ErrorType.VALIDATION, retryable: true }, 3],
    ['an operation that must not be repeated', network(), { retryable: false }, 1],
    ['a server in trouble', answer(503), {}, 3],
    ['an answer that is final', answer(422), { retryable: true }, 1],
    ['a code that is final', new SyncError('auth/expired', 'x'), { retryable: true, type: ErrorType.NETWORK }, 1],
    ['a code that is not', new SyncError('net/offline', 'x'), {}, 3],
    ['an error of another client that carries a status', Object.assign(new Error('x'), { response: { status: 403 } }), {}, 1],
    ['no attempt at all, which is one', network(), { maxRetries: 0 }, 1],
    ['a number that is none', network(), { maxRetries: Number.NaN }, 3],
  ])('[ERR1] %s', async (_, failure, options, expected) => {
    const { made } = handler();
    const operation = failing(...Array.from({ length: 9 }, () => failure));
    await made.handleError(operation.run, options).catch(() => {});
    expect(operation.attempts()).toBe(expected);
  });
  test('[ERR2] pauses grow and are jittered; those of three attempts stay under 3 s, none is over 10 s', async () => {
    const { made, waits } = handler();
    await made.handleError(failing(...Array.from({ length: 9 }, network)).run, { maxRetries: 9 }).catch(() => {});
    expect(waits).toEqual([500, 999, 1_998, 3_996, 7_992, 9_990, 9_990, 9_990]);
    const soon = handler(0.1);
    await soon.made.handleError(failing(network()).run);
    expect(soon.waits).toEqual([50]);
  });
  test('[ERR2] a server that says when is waited for, up to 30 s; for longer the person is told instead', async () => {
    const { made, waits } = handler();
    await expect(made.handleError(failing(answer(503, { 'retry-after': '7' })).run)).resolves.toBe('done');
    expect(waits).toEqual([7_000]);
    const late = answer(429, { 'retry-after': '600' });
    await expect(made.handleError(failing(late).run)).resolves.toBe(late);
    expect(made.errors.map(({ attempts, retryable }) => [attempts, retryable])).toEqual([[1, true]]);
  });
});

describe('what becomes of an operation', () => {
  test('[ERR3] its own value, its own error, its own last answer', async () => {
    const { made } = handler();
    await expect(made.handleError(async () => 5)).resolves.toBe(5);
    const last = new Error('the third');
    await expect(made.handleError(failing(network(), network(), last).run)).rejects.toBe(last);
    const answers = [answer(500), answer(502), answer(503)];
    await expect(made.handleError(failing(...answers).run)).resolves.toBe(answers[2]);
    // The earlier ones are let go, the last one can be read.
    expect(await answers[2]?.text()).toBe('x');
  });
  test('[ERR3] an abort ends a pause at once, makes no further attempt and is no error', async () => {
    const made = new ErrorHandler();
    const life = new AbortController();
    const operation = failing(network(), network());
    const run = made.handleError(operation.run, { signal: life.signal });
    await vi.waitFor(() => expect(made.state.getSnapshot().retrying).toBe(1));
    life.abort();
    await expect(run).rejects.toMatchObject({ name: 'AbortError' });
    expect(operation.attempts()).toBe(1);
    expect([made.errors, made.state.getSnapshot().retrying]).toEqual([[], 0]);
    await expect(made.handleError(() => Promise.reject(new DOMException('stop', 'AbortError')))).rejects.toThrow('stop');
    expect(made.errors).toEqual([]);
  });
  test('recovery is counted', async () => {
    const { made } = handler();
    for (const failures of [[], [network()], [network(), network()], [network(), network(), network()]])
      await made.handleError(failing(...failures).run).catch(() => {});
    expect(made.stats).toEqual({ operations: 4, retries: 5, recovered: 2, failed: 1, recoveryRate: 2 / 3 });
  });
});

describe('errors that are remembered', () => {
  test.each([
    [network(), ErrorType.NETWORK],
    [new DOMException('late', 'TimeoutError'), ErrorType.TIMEOUT],
    [answer(401), ErrorType.AUTHENTICATION],
    [answer(403), ErrorType.AUTHORIZATION],
    [answer(422), ErrorType.VALIDATION],
    [answer(500), ErrorType.SERVER],
    [answer(504), ErrorType.TIMEOUT],
    [new SyncError('net/timeout', 'x'), ErrorType.TIMEOUT],
    [new SyncError('net/offline', 'x'), ErrorType.NETWORK],
    [new SyncError('rate/limited', 'x'), ErrorType.SERVER],
    [new SyncError('auth/forbidden', 'x'), ErrorType.AUTHORIZATION],
    [new SyncError('write/rejected', 'x'), ErrorType.VALIDATION],
    [new SyncError('store/quota', 'x'), ErrorType.UNKNOWN],
    ['no error at all', ErrorType.UNKNOWN],
  ])('%s is of its kind', async (failure, type) => {
    const { made } = handler();
    await made.handleError(failing(failure, failure, failure).run).catch(() => {});
    expect(made.errors.map((error) => error.type)).toEqual([type]);
  });
  test('[ERR4] each sentence once with a count, the newest 50', async () => {
    const { made } = handler();
    for (let n = 0; n < MAX_ERRORS + 5; n++) made.report(new Error(`e${n}`));
    made.report(new Error('e9'), { severity: ErrorSeverity.LOW });
    expect(made.errors).toHaveLength(MAX_ERRORS);
    expect(made.errors.at(-1)).toMatchObject({ message: 'e9', count: 2, severity: 'low', at: 1_000 });
    expect(made.state.getSnapshot().dropped).toBe(5);
    made.clear();
    expect(made.errors).toEqual([]);
  });
  test('[ERR4] high and critical ones are said by a toast, critical until it is closed; others stand in place', () => {
    const { made, shown } = handler();
    for (const severity of Object.values(ErrorSeverity)) made.report(new SyncError('net/offline', `${severity} one`), { severity });
    expect(shown).toEqual([
      { type: 'error', title: 'No connection', message: 'high one', duration: 10_000 },
      { type: 'error', title: 'No connection', message: 'critical one', duration: 0 },
    ]);
  });
});
