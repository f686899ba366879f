// The sync of a page for those who stand outside its provider (document 004 shows none): that of the provider, once one of its hooks has said so, else
// one of its own for this origin and whoever is signed in. Either way the same engine, so there is no second connection.
import { bareOver } from '../client/bare/bare-page.ts';
import { createPageSync, type PageSync, type PageSyncOptions } from '../client/page-sync.ts';
import { DEFAULT_CONFIGURATION } from '../client/sync-manager.ts';

/** One for each hook in use below a provider; the newest counts. */
const adopted: PageSync[] = [];
let own: { readonly page: PageSync; readonly isBare: boolean } | null = null;

/** Made at the first need and started by whoever needs it; making it touches no browser global. */
export function defaultPage(): PageSync {
  const provided = adopted.at(-1);
  if (provided) return provided;
  // As a provider without props does: where nothing can run an engine but there is an EventSource (tests put one there), that is the stream.
  const bare = bareOver(undefined);
  const isBare = bare !== undefined;
  if (own?.isBare !== isBare) own = { page: createPageSync({ ...OPTIONS, bare }), isBare };
  return own.page;
}

/** The page of a provider becomes the default one. Returns the function that takes it back, for this hook. */
export function adoptPage(page: PageSync): () => void {
  adopted.push(page);
  return () => {
    const at = adopted.lastIndexOf(page);
    if (at >= 0) adopted.splice(at, 1);
  };
}

const OPTIONS: PageSyncOptions = { configuration: DEFAULT_CONFIGURATION, enablePersistence: true };
