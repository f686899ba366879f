// Runs operations of a page (document 004): tries again what may succeed later, with growing, jittered pauses, and remembers what failed in the end.
// It never changes what an operation answers or throws, and it is no outbox: an operation that must survive the page goes through `useMutate`.
import { createTopic, type Topic } from '../client/topic.ts';
import { createBrowserPlatform } from '../platform/browser.ts';
import type { Clock, Random } from '../platform/ports.ts';
import { classifyError, type Evidence } from './classify-error.ts';
import { ErrorSeverity, type ErrorType } from './error-kinds.ts';
import { NO_ERRORS, withError, type HandledError, type HandledErrors } from './handled-errors.ts';
import { errorToast } from './error-toast.ts';
import { pageToasts } from './page-toasts.ts';
import type { NewToast } from './toast-state.ts';
import { attemptsOf, mayRepeat, pauseMs } from './retry-plan.ts';

export interface HandleOptions {
  /** What the caller calls it; default: what the error itself tells. */
  readonly type?: ErrorType | undefined;
  /** Default `medium`: it stands in `errors`. `high` and `critical` are also said by a toast. */
  readonly severity?: ErrorSeverity | undefined;
  /** False = never repeated. True = repeated also where the kind alone would not be; an error that says itself that it is final ends it. */
  readonly retryable?: boolean | undefined;
  /** Attempts at most, the first one included. Default 3. */
  readonly maxRetries?: number | undefined;
  /** Ends the operation and its pauses; an abort is no error and is not remembered. */
  readonly signal?: AbortSignal | undefined;
}

export interface ErrorHandlerState extends HandledErrors {
  /** Operations that wait for, or are in, a further attempt. */
  readonly retrying: number;
}

/** What became of operations since the handler was made. */
export interface ErrorStats {
  readonly operations: number;
  readonly retries: number;
  /** Failed at first and succeeded in the end. */
  readonly recovered: number;
  readonly failed: number;
  /** Share of the operations that failed at first and came right, 0 to 1; null where none failed. */
  readonly recoveryRate: number | null;
}

export interface ErrorHandlerDeps {
  readonly clock: Clock;
  readonly random: Pick<Random, 'number'>;
  /** Where an error of severity `high` or `critical` is said; default: the page's toasts. */
  readonly show?: ((toast: NewToast) => void) | undefined;
  /** Counts along: a component's handler gives the page's. */
  readonly parent?: ErrorHandler | undefined;
}

export type Operation<T> = (signal: AbortSignal) => Promise<T> | T;

interface Counts {
  operations: number;
  retries: number;
  recovered: number;
  failed: number;
}

interface Failed<T> {
  readonly ok: false;
  readonly error: unknown;
  /** Hands the failure over as it came: throws what was thrown, answers what was answered. */
  readonly end: () => T;
}
type Attempt<T> = { readonly ok: true; readonly value: T } | Failed<T>;

interface Run<T> {
  readonly operation: Operation<T>;
  readonly options: HandleOptions;
  readonly signal: AbortSignal;
  readonly most: number;
}

export class ErrorHandler {
  static #page: ErrorHandler | null = null;

  readonly #given: Partial<ErrorHandlerDeps>;
  readonly #topic = createTopic<ErrorHandlerState>({ ...NO_ERRORS, retrying: 0 }, { notify: (tell) => tell() });
  readonly #counts: Counts = { operations: 0, retries: 0, recovered: 0, failed: 0 };
  #ports: Pick<ErrorHandlerDeps, 'clock' | 'random'> | null = null;

  constructor(deps: Partial<ErrorHandlerDeps> = {}) {
    this.#given = deps;
  }

  /** The page's own handler. */
  static getInstance(): ErrorHandler {
    ErrorHandler.#page ??= new ErrorHandler();
    return ErrorHandler.#page;
  }

  /** What `useErrorHandler` watches. */
  get state(): Topic<ErrorHandlerState> {
    return this.#topic;
  }

  get errors(): readonly HandledError[] {
    return this.#topic.getSnapshot().list;
  }

  get stats(): ErrorStats {
    const { recovered, failed } = this.#counts;
    return { ...this.#counts, recoveryRate: recovered + failed > 0 ? recovered / (recovered + failed) : null };
  }

  clear(): void {
    this.#topic.set({ ...this.#topic.getSnapshot(), ...NO_ERRORS });
  }

  /**
   * Runs `operation` until it succeeds, can't, or has had its attempts. Resolves with what it answered and rejects with what it threw last. An HTTP
   * answer of 4xx or 5xx counts as a failure; where it stays one, it is remembered and handed over as it is.
   */
  async handleError<T>(operation: Operation<T>, options: HandleOptions = {}): Promise<T> {
    const signal = options.signal ?? new AbortController().signal;
    signal.throwIfAborted();
    const most = attemptsOf(options.maxRetries);
    const run = { operation, options, signal, most };
    this.#count('operations');
    const first = await attemptOnce(operation, signal);
    if (first.ok) return first.value;
    const wait = this.#judge(first, 1, run);
    if (wait === null) return first.end();
    this.#addRetrying(1);
    try {
      return await this.#tryAgain(run, wait);
    } finally {
      this.#addRetrying(-1);
    }
  }

  /** Remembers an error that nobody runs an operation for: one that a component threw, one from an event handler. */
  report(error: unknown, options: Pick<HandleOptions, 'type' | 'severity' | 'retryable'> = {}): void {
    this.#count('operations');
    this.#fail(error, classifyError(error), { ...options, attempts: 1 });
  }

  async #tryAgain<T>(run: Run<T>, firstWaitMs: number): Promise<T> {
    let waitMs = firstWaitMs;
    for (let attempt = 2; ; attempt++) {
      this.#count('retries');
      await this.#pause(waitMs, run.signal);
      const result = await attemptOnce(run.operation, run.signal);
      if (result.ok) {
        this.#count('recovered');
        return result.value;
      }
      const wait = this.#judge(result, attempt, run);
      if (wait === null) return result.end();
      waitMs = wait;
    }
  }

  /** Ms until the next attempt; null = that was the last one, which is remembered unless it was given up on purpose. */
  #judge<T>({ error }: Failed<T>, attempt: number, { options, signal, most }: Run<T>): number | null {
    signal.throwIfAborted();
    // Somebody else's abort: the operation gave up by itself, and nobody failed.
    if (isAbort(error)) return null;
    const evidence = classifyError(error);
    const { retryable, type = evidence.type } = options;
    const { clock, random } = this.#open();
    const isWorthIt = attempt < most && mayRepeat({ type, retryable }, evidence);
    const wait = isWorthIt ? pauseMs(attempt, evidence, random.number(), clock.now()) : null;
    if (wait === null) this.#fail(error, evidence, { ...options, attempts: attempt });
    else discard(error);
    return wait;
  }

  #fail(cause: unknown, evidence: Evidence, options: HandleOptions & { readonly attempts: number }): void {
    const { severity = ErrorSeverity.MEDIUM, type = evidence.type, retryable, attempts } = options;
    const error: HandledError = {
      ...{ message: messageOf(cause), type, severity, attempts, cause, count: 1 },
      retryable: mayRepeat({ type, retryable }, evidence),
      at: this.#open().clock.now(),
    };
    this.#count('failed');
    this.#remember(error);
    const toast = errorToast(error);
    if (toast) (this.#given.show ?? pageToasts.add)(toast);
  }

  #remember(error: HandledError): void {
    const before = this.#topic.getSnapshot();
    this.#topic.set({ ...before, ...withError(before, error) });
    const { parent } = this.#given;
    if (parent) parent.#remember(error);
  }

  #addRetrying(by: number): void {
    const before = this.#topic.getSnapshot();
    this.#topic.set({ ...before, retrying: before.retrying + by });
  }

  #pause(ms: number, signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const cancel = this.#open().clock.after(ms, resolve);
    const onAbort = () => {
      cancel();
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    return promise.finally(() => signal.removeEventListener('abort', onAbort));
  }

  #count(name: keyof Counts): void {
    this.#counts[name] += 1;
    const { parent } = this.#given;
    if (parent) parent.#count(name);
  }

  /** The browser's ports, made at the first use: a handler may be made on a server. */
  #open(): Pick<ErrorHandlerDeps, 'clock' | 'random'> {
    if (this.#ports) return this.#ports;
    const { clock, random } = this.#given;
    this.#ports = clock && random ? { clock, random } : { ...createBrowserPlatform(), ...(clock && { clock }), ...(random && { random }) };
    return this.#ports;
  }
}

async function attemptOnce<T>(operation: Operation<T>, signal: AbortSignal): Promise<Attempt<T>> {
  try {
    const value = await operation(signal);
    const isFailure = value instanceof Response && value.status >= 400;
    return isFailure ? { ok: false, error: value, end: () => value } : { ok: true, value };
  } catch (error) {
    return {
      ok: false,
      error,
      end: () => {
        throw error;
      },
    };
  }
}

/** An answer that nobody will read keeps its connection until it is let go. */
function discard(outcome: unknown): void {
  if (outcome instanceof Response) outcome.body?.cancel().catch(() => {});
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

function messageOf(error: unknown): string {
  if (error instanceof Error && error.message !== '') return error.message;
  if (error instanceof Response) return `The server answered ${error.status}${error.statusText === '' ? '' : ` ${error.statusText}`}`;
  return typeof error === 'string' && error !== '' ? error : 'Something went wrong';
}
