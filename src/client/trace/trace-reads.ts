// What a page shows of each order, for an outside checker: one `P.read` whenever the shown version, or what is pending on it, changes. Loaded with the first trace listener.
import { isObject } from '../../protocol/json.ts';
import type { CollectionSnapshot } from '../documents/collections.ts';
import type { Topic } from '../topic.ts';

export interface ReadFields {
  readonly orderID: string;
  readonly version: number;
  /** `documentHash` of the document, so that a checker can compare it with the server's. */
  readonly hash: string;
  /** Mutation ids of this device's unconfirmed writes on it. */
  readonly pending: readonly string[];
}

/** Notes every change of what is shown, and at once what is shown now. Returns the function that ends it. */
export function traceReads(orders: Topic<CollectionSnapshot>, note: (fields: ReadFields) => void): () => void {
  let known = new Map<string, string>();

  function look(): void {
    const { documents, pending: above } = orders.getSnapshot();
    const shown = new Map<string, string>();
    for (const [id, { version, doc }] of documents) {
      const pending = above.get(id) ?? [];
      const mark = `${version} ${pending.join(' ')}`;
      if (known.get(id) !== mark) note({ orderID: id, version, hash: documentHash(doc), pending });
      shown.set(id, mark);
    }
    known = shown;
  }

  look();
  return orders.subscribe(look);
}

/** FNV-1a, 32 bits, as 8 hex digits, over the UTF-16 units of the document's JSON with sorted keys and no spaces. */
export function documentHash(doc: unknown): string {
  const text = JSON.stringify(doc, (_key, value: unknown) => (isObject(value) ? Object.fromEntries(Object.entries(value).toSorted(byKey)) : value));
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}
