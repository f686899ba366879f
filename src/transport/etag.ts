// A document's version as its ETag: `"<version>"`.

/** The ETag of a version, for If-Match. */
export function formatEtag(version: number): string {
  return `"${version}"`;
}

/** The version that an ETag carries; null for any other. Middle boxes that compress an answer make its ETag weak (`W/`): it still names the version. */
export function parseEtag(etag: string | null): number | null {
  const digits = /^(?:W\/)?"(\d{1,16})"$/.exec(etag ?? '')?.[1];
  const version = digits === undefined ? NaN : Number(digits);
  return Number.isSafeInteger(version) ? version : null;
}
