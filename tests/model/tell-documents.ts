// Documents as one text that is equal when they are, and that a person can compare.

export function tellDocuments(documents: ReadonlyMap<string, { readonly version: number; readonly doc: unknown }>): string {
  const rows = [...documents].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return rows.map(([id, { version, doc }]) => `${id}@${version}${JSON.stringify(sortKeys(doc))}`).join(' ');
}

function sortKeys(doc: unknown): unknown {
  return typeof doc === 'object' && doc !== null ? Object.fromEntries(Object.entries(doc).toSorted(([a], [b]) => (a < b ? -1 : 1))) : doc;
}
