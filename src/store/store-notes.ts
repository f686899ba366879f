// Small rows of `meta` beside the log: preferences, counters, when a path may be asked again. Last writer wins; log-out takes them.
import type { Notes } from './contract.ts';
import type { Database } from './database.ts';
import { CLOSED_KEY, noteRow } from './schema.ts';
import { closedError } from './store-errors.ts';

export function createNotes(database: Database): Notes {
  return {
    get: (key) =>
      database.read(['meta'], async (tx) => {
        const meta = tx.objectStore('meta');
        const [value, closed] = await Promise.all([meta.get(noteRow(key)), meta.get(CLOSED_KEY)]);
        if (closed !== undefined) throw closedError();
        return value;
      }),
    set: (key, value) =>
      database.write(['meta'], 'relaxed', async (tx) => {
        const meta = tx.objectStore('meta');
        if ((await meta.get(CLOSED_KEY)) !== undefined) throw closedError();
        await meta.put(value, noteRow(key));
      }),
  };
}
