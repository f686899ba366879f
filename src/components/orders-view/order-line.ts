// What a list of orders shows of a document whose shape it doesn't know: a name, a state, when it changed. Never throws.

export interface OrderLine {
  readonly id: string;
  readonly name: string;
  /** In the words of the document; null where it has none. */
  readonly state: string | null;
  /** ISO time; empty where it has none, which sorts last. */
  readonly updatedAt: string;
}

export function orderLine(id: string, doc: unknown): OrderLine {
  const text = (...names: readonly string[]): string | null => {
    const found = names.map((name) => fieldOf(doc, name)).find((value) => isText(value) || typeof value === 'number');
    return isText(found) ? found : typeof found === 'number' ? String(found) : null;
  };
  return { id, name: text('number', 'name') ?? id, state: text('status', 'stage')?.replaceAll('_', ' ') ?? null, updatedAt: text('updatedAt') ?? '' };
}

/** The latest change first; of one moment, by name. */
export function byChange(one: OrderLine, other: OrderLine): number {
  if (one.updatedAt !== other.updatedAt) return one.updatedAt < other.updatedAt ? 1 : -1;
  return one.name < other.name ? -1 : 1;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function fieldOf(doc: unknown, name: string): unknown {
  return typeof doc === 'object' && doc !== null ? (doc as Record<string, unknown>)[name] : undefined;
}
