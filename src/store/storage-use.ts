// What this origin uses of the disk that the browser grants it: all its databases and caches together, as the browser rounds it.

/** Null where the browser doesn't tell (plain http, old Safari). */
export async function estimateStorage(): Promise<{ readonly usage: number; readonly quota: number } | null> {
  const storage = globalThis.navigator?.storage as StorageManager | undefined;
  const { usage, quota } = (await storage?.estimate?.()) ?? {};
  return usage === undefined || quota === undefined ? null : { usage, quota };
}
