// What a route finds in its context, and the small readings of a request that several routes share.
import { gzip } from 'node:zlib';
import { promisify } from 'node:util';
import type { HttpBindings } from '@hono/node-server';
import type { Context, Hono } from 'hono';
import type { Session } from './auth/session-store.ts';
import { LIMITS } from './limits.ts';
import type { Peer } from './peer.ts';
import { HttpProblem } from './problem.ts';

/** `incoming` and `outgoing` are absent when a request is handed to `app.fetch` inside the process. */
export interface ServerEnv {
  Bindings: Partial<HttpBindings>;
  Variables: {
    session: Session;
    peer: Peer;
    /** Names the request in the log and in `X-Request-Id`. */
    requestId: string;
    /** What goes onto the answer, whoever makes it: a stream writes its own head, and takes these along. */
    answerHeaders: Record<string, string>;
  };
}

export type App = Hono<ServerEnv>;
export type RequestContext = Context<ServerEnv>;

const compress = promisify(gzip);
/** Below this gzip only adds. */
const GZIP_FROM_BYTES = 1_024;

/** The body as text, at most `bodyBytes`; throws `request/too-large` as soon as it is known to be larger. */
export async function readBody(context: RequestContext): Promise<string> {
  const announced = Number(context.req.header('content-length') ?? 0);
  if (announced > LIMITS.bodyBytes) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of context.req.raw.body ?? []) {
      bytes += chunk.byteLength;
      if (bytes > LIMITS.bodyBytes) break;
      chunks.push(chunk);
    }
  } catch {
    throw new HttpProblem('request/malformed', 'The body ended before its end.', { field: 'body' });
  }
  if (bytes > LIMITS.bodyBytes) throw tooLarge();
  return new TextDecoder('utf-8').decode(Buffer.concat(chunks));
}

/** True where If-None-Match names this tag (or any). */
export function isNotModified(context: RequestContext, etag: string): boolean {
  const given = context.req.header('if-none-match');
  return given !== undefined && given.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag || tag.trim() === '*');
}

/** A JSON answer from text, gzipped when accepted and worth it. */
export async function jsonAnswer(context: RequestContext, json: string, headers: Readonly<Record<string, string>>, status: 200 | 201 = 200): Promise<Response> {
  const all: Record<string, string> = { 'Content-Type': 'application/json', ...headers };
  if (json.length < GZIP_FROM_BYTES || !acceptsGzip(context)) return new Response(json, { status, headers: all });
  const body = await compress(json, { level: 5 });
  return new Response(body, { status, headers: { ...all, 'Content-Encoding': 'gzip' } });
}

export function acceptsGzip(context: RequestContext): boolean {
  return /(^|,)\s*gzip\s*(;(?!\s*q=0(\.0*)?\s*(,|$))[^,]*)?(,|$)/.test(context.req.header('accept-encoding') ?? '');
}

/** Query parameters as given, without Hono's decoding of repeated names. */
export function queryOf(context: RequestContext): URLSearchParams {
  return new URL(context.req.url).searchParams;
}

function tooLarge(): HttpProblem {
  return new HttpProblem('request/too-large', `The body is larger than ${LIMITS.bodyBytes} bytes.`, { expected: `at most ${LIMITS.bodyBytes} bytes` });
}
