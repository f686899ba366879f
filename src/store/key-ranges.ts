// Ranges of keys over which the log and the documents are read and swept.

/** Every block of a run that begins at or after `firstSeq`. */
export function blocksFrom(runNo: number, firstSeq: number): IDBKeyRange {
  return IDBKeyRange.bound([runNo, firstSeq], [runNo, Infinity]);
}

/** Every block of a run that begins at or before `seq`. */
export function blocksUpTo(runNo: number, seq: number): IDBKeyRange {
  return IDBKeyRange.bound([runNo, -Infinity], [runNo, seq]);
}

/** Every document of one collection: an empty array sorts after each string that an id can be. */
export function documentsOf(collection: string): IDBKeyRange {
  return IDBKeyRange.bound([collection], [collection, []]);
}
