// The generation in the name of a scope's SharedWorker: raised to get past one that hangs or can't be started, because its own name hands
// it back. Kept outside the database, which a hung engine may hold; only pages need it.

/** 0 where nothing is kept, or may not be. */
export function readGeneration(scope: string): number {
  try {
    const kept = Number(localStorage.getItem(keyOf(scope)));
    return Number.isSafeInteger(kept) && kept > 0 ? kept : 0;
  } catch {
    return 0;
  }
}

export function keepGeneration(scope: string, generation: number): void {
  try {
    localStorage.setItem(keyOf(scope), String(generation));
  } catch {
    // Storage is forbidden or full: pages that are open have heard it, others will find the old name silent and raise it again.
  }
}

function keyOf(scope: string): string {
  return `holdfast:${scope}:generation`;
}
