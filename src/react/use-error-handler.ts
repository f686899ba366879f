// Operations of one component with retries (document 004), and the errors they ended with. Unmounting ends their pauses: nobody is left to hear of them.
import { useCallback, useEffect, useRef, useState } from 'react';
import { ErrorHandler, type HandleOptions, type Operation } from '../feedback/error-handler.ts';
import type { HandledError } from '../feedback/handled-errors.ts';
import { useTopic } from './use-topic.ts';

export interface ErrorHandlerHook {
  /** As `ErrorHandler.handleError`. After the component is gone, no further attempt is made and the call rejects with an AbortError. */
  readonly handleError: <T>(operation: Operation<T>, options?: HandleOptions) => Promise<T>;
  /** What this component's operations ended with, newest last; at most 50. */
  readonly errors: readonly HandledError[];
  readonly isRetrying: boolean;
  readonly clear: () => void;
}

export function useErrorHandler(): ErrorHandlerHook {
  const [handler] = useState(() => new ErrorHandler({ parent: ErrorHandler.getInstance() }));
  const { list, retrying } = useTopic(handler.state);
  const life = useRef<AbortController | null>(null);
  useEffect(() => {
    const mounted = new AbortController();
    life.current = mounted;
    return () => mounted.abort();
  }, []);
  const handleError = useCallback(
    <T>(operation: Operation<T>, options: HandleOptions = {}) =>
      handler.handleError(operation, { ...options, signal: either(options.signal, life.current?.signal) }),
    [handler],
  );
  const clear = useCallback(() => handler.clear(), [handler]);
  return { handleError, errors: list, isRetrying: retrying > 0, clear };
}

function either(one: AbortSignal | undefined, other: AbortSignal | undefined): AbortSignal | undefined {
  return one && other ? AbortSignal.any([one, other]) : (one ?? other);
}
