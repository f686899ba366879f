// Waiting that ends when its signal does, whatever is waited for: a fetch, a body or a listener may ignore its signal.

export const ABORTED = Symbol('aborted');

/** What `work` brings, or ABORTED. Adds nothing lasting to the signal, so it may be called for each chunk of a stream that lives for days. */
export function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T | typeof ABORTED> {
  if (signal.aborted) {
    work.catch(() => {});
    return Promise.resolve(ABORTED);
  }
  const { promise, resolve, reject } = Promise.withResolvers<T | typeof ABORTED>();
  const onAbort = () => resolve(ABORTED);
  signal.addEventListener('abort', onAbort, { once: true });
  work.then(resolve, reject);
  return promise.finally(() => signal.removeEventListener('abort', onAbort));
}
