// Why the server refuses, where its status alone doesn't tell. Loaded with the first refusal of that kind.
import type { Policy } from '../core/policy.ts';
import { decodeProblem } from '../protocol/problem.ts';
import type { Clock } from '../platform/ports.ts';
import { parseJson, readBody } from './body.ts';
import { createDeadline } from './deadline.ts';

/** `code` of the problem body; a body that doesn't end in time counts as one without a code. */
export async function readProblemCode(
  { clock, policy }: { readonly clock: Clock; readonly policy: Policy },
  answer: Response,
  signal: AbortSignal,
): Promise<string | null> {
  const deadline = createDeadline(clock, { ms: policy.rpcMs }, signal);
  const body = await readBody(answer, { maxBytes: policy.bodyBytes }, deadline.signal);
  deadline.close();
  return body.kind === 'whole' ? (decodeProblem(parseJson(body.text)).code ?? null) : null;
}
