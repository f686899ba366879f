// The highest engine term heard of each device, per tenant and user: an engine that lost its reign is told so when it asks again. Kept in the
// file: a restart of the server must not give an old engine its reign back.
import { LIMITS } from '../limits.ts';
import { integer, text } from '../store/database.ts';
import type { Store } from '../store/store.ts';

/** An engine's claim: which device of whom, and the term that it took. */
export interface TermClaim {
  readonly tenant: string;
  readonly user: string;
  readonly device: string;
  readonly term: number;
}

export interface Terms {
  /** Notes a term. False when a higher one was heard: the asker is stale. */
  admit(claim: TermClaim, nowMs: number): boolean;
  /** Devices forgotten to keep the bound. */
  readonly forgotten: number;
  /** Deletes terms taken before `beforeMs`, at most `limit`; answers how many. */
  forget(beforeMs: number, limit: number): number;
}

export function createTerms({ db, sideWrites }: Pick<Store, 'db' | 'sideWrites'>, boundPerUser: number = LIMITS.termsPerUser): Terms {
  let forgotten = 0;
  /** Those that could not be written down; the oldest goes. */
  const unwritten = new Map<string, number>();

  function keep(claim: TermClaim, nowMs: number): void {
    const key = keyOf(claim);
    unwritten.delete(key);
    if (sideWrites.try(() => db.transaction(() => note(claim, nowMs)))) return;
    unwritten.set(key, claim.term);
    const [oldest] = unwritten.keys();
    if (unwritten.size > LIMITS.termsUnwritten && oldest !== undefined) unwritten.delete(oldest);
  }

  /** Written only when a device has a new engine: a reconnect reads. */
  function note({ tenant, user, device, term }: TermClaim, nowMs: number): void {
    db.run('INSERT OR REPLACE INTO terms (tenant, user, device, term, heard_at) VALUES (?, ?, ?, ?, ?)', tenant, user, device, term, nowMs);
    const beyond = db.all(
      'SELECT device FROM terms WHERE tenant = ? AND user = ? ORDER BY heard_at DESC, device LIMIT -1 OFFSET ?',
      ...[tenant, user, boundPerUser],
    );
    for (const row of beyond) forgotten += db.run('DELETE FROM terms WHERE tenant = ? AND user = ? AND device = ?', tenant, user, text(row, 'device'));
  }

  return {
    admit(claim, nowMs) {
      const row = db.get('SELECT term FROM terms WHERE tenant = ? AND user = ? AND device = ?', claim.tenant, claim.user, claim.device);
      const written = row ? integer(row, 'term') : -1;
      const known = Math.max(written, unwritten.get(keyOf(claim)) ?? -1);
      if (claim.term >= known && claim.term > written) keep(claim, nowMs);
      return claim.term >= known;
    },
    get forgotten() {
      return forgotten;
    },
    forget(beforeMs, limit) {
      const rows = db.all('SELECT tenant, user, device FROM terms WHERE heard_at < ? ORDER BY heard_at LIMIT ?', beforeMs, limit);
      for (const row of rows)
        db.run('DELETE FROM terms WHERE tenant = ? AND user = ? AND device = ?', text(row, 'tenant'), text(row, 'user'), text(row, 'device'));
      return rows.length;
    },
  };
}

function keyOf({ tenant, user, device }: TermClaim): string {
  return JSON.stringify([tenant, user, device]);
}
