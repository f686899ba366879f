// Another scope beside a page's own, with the same options: for a hook that looks at another tenant.
import type { NamedUser } from './session/account.ts';
import { createPageSync, type PageSync } from './page-sync.ts';

/** Scopes beside a page's own that are known by name; the oldest is forgotten, and goes on for those who hold it. */
const MOST_OTHERS = 16;

/** The same answer for the same name. Whoever wants it starts it. */
export function besidePage({ others, options }: PageSync, named: NamedUser): PageSync {
  const key = JSON.stringify([named.tenant, named.user]);
  const made = others.get(key) ?? createPageSync({ ...options, named });
  others.set(key, made);
  const [oldest] = others.keys();
  if (others.size > MOST_OTHERS && oldest !== undefined) others.delete(oldest);
  return made;
}
