// One request and the whole of its answer, within a deadline: what sending and snapshots have in common. It judges nothing but whether an answer is whole.
import type { Policy } from '../core/policy.ts';
import type { Clock, Log, Net } from '../platform/ports.ts';
import { readBody } from './body.ts';
import type { Deadline } from './deadline.ts';
import { dial } from './dial.ts';

export interface RestDeps {
  readonly net: Net;
  readonly clock: Clock;
  readonly policy: Policy;
  /** Told about documents of a snapshot that are refused. */
  readonly log?: Log;
  /** Where requests without an identity go; default '', the origin that the code was loaded from. */
  readonly baseUrl?: string;
}

export const TIMEOUT_MS = 10_000;
/** No answer that we ask for comes near this; one that does is not ours. */
const ANSWER_BYTES = 67_108_864;

/** The whole of an answer, or why there is none. */
export type Exchanged =
  | { readonly kind: 'whole'; readonly status: number; readonly headers: Headers; readonly text: string }
  | { readonly kind: 'astray'; readonly status: number; readonly contentType: string | null }
  | { readonly kind: 'offline' | 'timeout' | 'reset' | 'aborted' };

/** Of every request's init. */
export const SHARED = { cache: 'no-store', credentials: 'same-origin' } as const satisfies RequestInit;

export async function exchange({ net }: RestDeps, url: string, init: RequestInit, deadline: Deadline): Promise<Exchanged> {
  const redirects = init.method === undefined || init.method === 'GET' ? 'follow' : 'refuse';
  const dialled = await dial(net, { url, init, redirects }, deadline.signal);
  if (dialled.kind === 'aborted') return { kind: deadline.isOver() ? 'timeout' : 'aborted' };
  if (dialled.kind !== 'answer') return dialled;
  deadline.extend();
  const { status, headers } = dialled.answer;
  const body = await readBody(dialled.answer, { maxBytes: ANSWER_BYTES, onBytes: () => deadline.extend() }, deadline.signal);
  switch (body.kind) {
    case 'whole':
      return { kind: 'whole', status, headers, text: body.text };
    case 'broken':
      return { kind: 'reset' };
    case 'too-long':
      return { kind: 'astray', status, contentType: headers.get('content-type') };
    case 'aborted':
      return { kind: deadline.isOver() ? 'timeout' : 'aborted' };
  }
}
