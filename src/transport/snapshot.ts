// The snapshot: everything at one cursor, or named documents. It tells what stood in the way as the end of an attempt, like a stream's.
import { PATHS, type Snapshot } from '../protocol/http.ts';
import { findHostileJson } from '../protocol/hostile-json.ts';
import { decodeProblem } from '../protocol/problem.ts';
import { decodeSnapshot } from '../protocol/snapshot.ts';
import { parseJson } from './body.ts';
import { classifyAnswer, isJson } from './classify.ts';
import type { Identity, Snapshots, StreamEnd } from './contract.ts';
import { createDeadline } from './deadline.ts';
import { exchange, SHARED, TIMEOUT_MS, type Exchanged, type RestDeps } from './exchange.ts';
import { identityHeaders } from './request-headers.ts';

/** A snapshot may take longer on a slow line, as long as bytes keep coming. */
const SNAPSHOT_MS = { ms: TIMEOUT_MS, mostMs: 120_000 };

/** As `fetchSnapshot` for everything; where the server has none, and turns out to know no cursors, the beginning of a log of this device's own, with what `seed` says. */
export async function fetchWhole(deps: RestDeps, identity: Identity, seed: unknown, signal: AbortSignal): ReturnType<Snapshots['snapshot']> {
  const answer = await fetchSnapshot(deps, identity, null, signal);
  if (!('failed' in answer) || answer.failed.kind !== 'wrong-answer' || isJson(answer.failed.contentType)) return answer;
  const loaded = await import('./bare-server.ts').catch(() => null);
  const snapshot = await loaded?.beginBare(deps, identity, readSeed(seed, deps)?.documents ?? [], signal);
  return snapshot ? { snapshot } : answer;
}

/** Asks for the snapshot, within 10 s of the last byte and 2 minutes in all. Never rejects. */
export async function fetchSnapshot(deps: RestDeps, identity: Identity, ids: readonly string[] | null, signal: AbortSignal): ReturnType<Snapshots['snapshot']> {
  const deadline = createDeadline(deps.clock, SNAPSHOT_MS, signal);
  const init = { ...SHARED, headers: { Accept: 'application/json', ...identityHeaders(identity) } };
  const exchanged = await exchange(deps, snapshotUrl(identity, ids), init, deadline);
  deadline.close();
  return judgeSnapshot(exchanged, deps);
}

/** A snapshot that came with the page, believed like one from the wire; null where it can't be. */
export function readSeed(seed: unknown, deps: RestDeps): Snapshot | null {
  const snapshot = decodeSnapshot(seed);
  return snapshot && withoutHostile(snapshot, deps);
}

function snapshotUrl(identity: Identity, ids: readonly string[] | null): string {
  const query = ids === null ? '' : `?ids=${ids.map((id) => encodeURIComponent(id.toWellFormed())).join(',')}`;
  return identity.baseUrl + PATHS.snapshot + query;
}

function judgeSnapshot(exchanged: Exchanged, deps: RestDeps): { readonly snapshot: Snapshot } | { readonly failed: StreamEnd } {
  if (exchanged.kind === 'astray') return { failed: { kind: 'wrong-answer', status: exchanged.status, contentType: exchanged.contentType } };
  if (exchanged.kind !== 'whole') return { failed: { kind: exchanged.kind === 'timeout' ? 'offline' : exchanged.kind } };
  const { status, headers, text } = exchanged;
  const contentType = headers.get('content-type');
  const code = decodeProblem(parseJson(text)).code ?? null;
  const failed = classifyAnswer({ status, contentType, retryAfter: headers.get('retry-after'), code }, 'application/json');
  if (failed) return { failed };
  const snapshot = decodeSnapshot(parseJson(text));
  return snapshot ? { snapshot: withoutHostile(snapshot, deps) } : { failed: { kind: 'wrong-answer', status, contentType } };
}

/** One document that nobody could store must not keep all others away for ever: it is left out, as its event is refused. */
function withoutHostile(snapshot: Snapshot, { policy, log }: RestDeps): Snapshot {
  const documents = snapshot.documents.filter(({ doc }) => findHostileJson(doc, policy.eventDepth) === null);
  const refused = snapshot.documents.length - documents.length;
  if (refused === 0) return snapshot;
  log?.error('Documents of the snapshot were refused: too deep, or with keys that pollute prototypes', { refused });
  return { ...snapshot, documents };
}
