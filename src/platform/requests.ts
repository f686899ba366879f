// IndexedDB's requests and transactions as promises, and nothing more: every other rule of theirs holds as it is.

/** Settles as the request does. Inside a transaction only another of its requests may be awaited next: one without any ends by itself. */
export function promised<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** Resolves when everything is stored; rejects when nothing is, with the reason or an AbortError where somebody aborted it. */
export function completed(tx: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    tx.oncomplete = () => resolve();
    tx.onabort = () => reject(tx.error ?? new DOMException('The transaction was aborted', 'AbortError'));
  });
}
