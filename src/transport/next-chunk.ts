// One chunk of a body, or why there is none. It never throws and never waits beyond its signal.
import { ABORTED, orAborted } from './abort-race.ts';

type Chunk = { readonly done: false; readonly value: Uint8Array } | { readonly done: true; readonly value?: Uint8Array | undefined };

/** Null where the body broke: reset, decode error, abort by the network. */
export async function nextChunk(reader: ReadableStreamDefaultReader<Uint8Array>, signal: AbortSignal): Promise<Chunk | typeof ABORTED | null> {
  try {
    return await orAborted(reader.read(), signal);
  } catch {
    return signal.aborted ? ABORTED : null;
  }
}
