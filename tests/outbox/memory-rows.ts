// The rows of the outbox in memory, under the same contract. Must never be kinder than the disk: values are copied both ways, and every call is a
// transaction of its own.
import { formatPlace, isEnded, LAST_PLACE, placeNumber, type Entry } from '../../src/core/entry.ts';
import { assertRoom, sizeOf, type OutboxRows } from '../../src/store/outbox-rows.ts';

export function createMemoryOutboxRows(): OutboxRows {
  let held: readonly Entry[] = [];
  const weights = new Map<string, number>();
  const last = (): string => formatPlace(Math.max(0, ...held.map(({ place }) => placeNumber(place))) + 1);

  function put(entries: readonly Entry[]): readonly Entry[] {
    const placed = entries.map((entry) => structuredClone(entry.place === LAST_PLACE ? { ...entry, place: last() } : entry));
    const ids = new Set(placed.map(({ id }) => id));
    held = [...held.filter(({ id }) => !ids.has(id)), ...placed].toSorted((a, b) => (a.place < b.place ? -1 : 1));
    return structuredClone(placed);
  }

  return {
    list: async () => ({ entries: structuredClone(held), unread: [] }),
    async append(entry, bounds) {
      const known = held.find(({ id }) => id === entry.id);
      if (known) return structuredClone(known);
      const bytes = sizeOf(entry);
      assertRoom(
        held.filter((one) => !isEnded(one)).map(({ id }) => ({ bytes: weights.get(id) ?? 0 })),
        bytes,
        bounds,
      );
      weights.set(entry.id, bytes);
      const [placed] = put([{ ...entry, place: LAST_PLACE }]);
      if (!placed) throw new TypeError('put() lost an entry');
      return placed;
    },
    change: async (names, change) => put(change(structuredClone(held.filter((entry) => names.some(({ id }) => id === entry.id))))),
    async sweep(names) {
      held = held.filter((entry) => !isEnded(entry) || !names.some(({ id }) => id === entry.id));
    },
    close: () => undefined,
  };
}
