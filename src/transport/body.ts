// The whole body of an answer as text, within a bound and until a signal. It never throws: a body that broke is as good as none.
import { ABORTED } from './abort-race.ts';
import { nextChunk } from './next-chunk.ts';

/** `broken` = it ended or broke before its end, or is longer than `maxBytes`. Calls `onBytes` for each chunk. */
export type Body =
  | { readonly kind: 'whole'; readonly text: string }
  | { readonly kind: 'broken' }
  | { readonly kind: 'too-long' }
  | { readonly kind: 'aborted' };

export interface BodyOptions {
  readonly maxBytes: number;
  readonly onBytes?: () => void;
}

export async function readBody(answer: Response, { maxBytes, onBytes }: BodyOptions, signal: AbortSignal): Promise<Body> {
  if (!answer.body) return { kind: 'whole', text: '' };
  const reader = answer.body.getReader();
  const decoder = new TextDecoder();
  const parts: string[] = [];
  const giveUp = (kind: 'broken' | 'too-long' | 'aborted'): Body => {
    reader.cancel().catch(() => {});
    return { kind };
  };
  for (let bytes = 0; ;) {
    const next = await nextChunk(reader, signal);
    if (next === null || next === ABORTED) return giveUp(next === null ? 'broken' : 'aborted');
    if (next.done) return { kind: 'whole', text: parts.join('') + decoder.decode() };
    bytes += next.value.length;
    if (bytes > maxBytes) return giveUp('too-long');
    onBytes?.();
    parts.push(decoder.decode(next.value, { stream: true }));
  }
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
