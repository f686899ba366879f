// What an answer that is no stream means. Loaded with the first: an engine that is answered as it hopes never asks.
import { classifyAnswer, needsProblemCode } from './classify.ts';
import type { StreamEnd } from './contract.ts';
import type { RestDeps } from './exchange.ts';
import { readProblemCode } from './problem-code.ts';

/** Reads the answer's problem where only that tells what it means. */
export async function judgeAnswer(deps: RestDeps, answer: Response, signal: AbortSignal): Promise<StreamEnd> {
  const { status, headers } = answer;
  const contentType = headers.get('content-type');
  const code = needsProblemCode(status) ? await readProblemCode(deps, answer, signal) : null;
  if (signal.aborted) return { kind: 'aborted' };
  const end = classifyAnswer({ status, contentType, retryAfter: headers.get('retry-after'), code }, 'text/event-stream');
  return end ?? { kind: 'wrong-answer', status, contentType };
}
