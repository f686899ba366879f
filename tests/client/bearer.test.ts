// Tokens: who is asked, how often, what is sent with them, and where they never go.
import { describe, expect, test } from 'vitest';
import { createPageTokens } from '../../src/client/session/page-tokens.ts';
import { createBusTokens } from '../../src/engine/tokens.ts';
import type { TokenAnswer, TokenAsk } from '../../src/protocol/frame.ts';
import { createBearerNet, readToken, type TokenPort } from '../../src/transport/bearer-net.ts';
import { createTimeline } from '../support/virtual-clock.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));
const settle = async () => {
  for (let turns = 0; turns < 5; turns++) await turn();
};

/** An engine and pages that answer as they are told; a page without a word is dead or frozen. */
function setUp() {
  const timeline = createTimeline();
  const asked: TokenAsk[] = [];
  const says = new Map<string, (ask: TokenAsk) => string | null>();
  let hear: (message: unknown) => void = () => {};
  const bus = {
    listen: (listener: (message: unknown) => void) => void (hear = listener),
    post(message: unknown) {
      const ask = message as TokenAsk;
      if (ask.page !== null) asked.push(ask);
      const say = says.get(ask.page ?? '');
      if (say) setImmediate(() => hear({ v: 1, k: 'token', engine: ask.engine, ask: ask.ask, page: ask.page ?? '', token: say(ask) } satisfies TokenAnswer));
    },
  };
  let ids = 0;
  const random = { number: () => 0, id: () => `id-${++ids}` };
  const tokens = createBusTokens({ bus, clock: timeline.clock(), random, askMs: 3_000 }, new AbortController().signal);
  const page = (name: string, isVisible: boolean, say?: (ask: TokenAsk) => string | null) => {
    if (say) says.set(name, say);
    hear({ v: 1, k: 'lease', page: name, wants: null, isVisible, position: null });
  };
  const later = async (ms: number) => {
    await settle();
    timeline.advance(ms);
    await settle();
  };
  return { tokens, page, asked, later, hear: (message: unknown) => hear(message) };
}

describe('an engine', () => {
  test('[BEA1] asks one page at a time, the visible one first, and holds what it was given', async () => {
    const { tokens, page, asked } = setUp();
    page('seen', true, () => 'one');
    page('hidden', false, () => 'other');
    expect(await Promise.all([tokens.current(), tokens.current()])).toEqual(['one', 'one']);
    expect(await tokens.current()).toBe('one');
    expect(asked.map(({ page: name, isRefused }) => [name, isRefused])).toEqual([['seen', false]]);
  });

  test('[BEA1] goes on to the next page when one is silent for 3 s or has none, and to nobody twice', async () => {
    const { tokens, page, asked, later } = setUp();
    page('frozen', true);
    page('poor', true, () => null);
    page('hidden', false, () => 'late');
    const got = tokens.current();
    await later(3_000);
    await later(3_000);
    expect(await got).toBe('late');
    expect(asked.map(({ page: name }) => name)).toEqual(['poor', 'frozen', 'hidden']);
  });

  test('[BEA2] without a page it waits for the first one that comes, and then has none to give', async () => {
    const early = setUp();
    const got = early.tokens.current();
    await early.later(100);
    early.page('new', false, () => 'welcome');
    expect(await got).toBe('welcome');
    const alone = setUp();
    const none = alone.tokens.current();
    await alone.later(3_000);
    expect(await none).toBeNull();
    alone.page('new', true, () => 'now');
    expect(await alone.tokens.current()).toBe('now');
  });

  test('[BEA3] a refused token is renewed once, however many requests it had, and one that comes back is none', async () => {
    const { tokens, page, asked } = setUp();
    page('seen', true, ({ isRefused }) => (isRefused ? 'second' : 'first'));
    await tokens.current();
    expect(await Promise.all([tokens.renewed('first'), tokens.renewed('first')])).toEqual(['second', 'second']);
    expect(await tokens.renewed('first')).toBe('second');
    expect(asked.map(({ isRefused }) => isRefused)).toEqual([false, true]);
    expect(await tokens.renewed('second')).toBeNull();
  });

  test('[BEA1] an answer that nobody asked for, or that no header can carry, is none', async () => {
    const { tokens, page, asked, later, hear } = setUp();
    page('seen', true, () => 'two\r\nlines');
    const got = tokens.current();
    await settle();
    const [ask] = asked;
    hear({ v: 1, k: 'token', engine: ask?.engine, ask: 'another', page: 'seen', token: 'stray' });
    await later(3_000);
    await later(3_000);
    expect(await got).toBeNull();
  });
});

describe('a page', () => {
  const parts = () => {
    const timeline = createTimeline();
    const said: unknown[] = [];
    const log = { error: (...all: unknown[]) => void said.push(all), info: () => {}, debug: () => {} };
    return { timeline, said, clock: timeline.clock(), log };
  };

  test('[BEA3] asks its application once for all who wait', async () => {
    let calls = 0;
    const getToken = async ({ isRefused }: { readonly isRefused: boolean }) => `${isRefused}-${++calls}`;
    const tokens = createPageTokens(getToken, parts());
    expect(await Promise.all([tokens.current(), tokens.current(), tokens.renewed('x')])).toEqual(['false-1', 'false-1', 'true-2']);
  });

  test('[BEA4] an application that throws or hangs has no token, and nothing of it is logged', async () => {
    const made = parts();
    const throwing = createPageTokens(() => {
      throw new Error('secret-token-in-a-message');
    }, made);
    expect(await throwing.current()).toBeNull();
    expect(JSON.stringify(made.said)).not.toMatch(/secret/);
    const hanging = createPageTokens(() => new Promise(() => {}), made);
    const got = hanging.current();
    await settle();
    made.timeline.advance(10_000);
    expect(await got).toBeNull();
  });
});

describe('requests', () => {
  const port = (...given: (string | null)[]): TokenPort => ({ current: async () => given[0] ?? null, renewed: async () => given[1] ?? null });
  function server(...statuses: number[]) {
    const seen: { url: string; authorization: string | null; credentials: unknown }[] = [];
    const net = {
      async fetch(url: string, init: RequestInit) {
        seen.push({ url, authorization: new Headers(init.headers).get('authorization'), credentials: init.credentials });
        return new Response(null, { status: statuses.shift() ?? 200 });
      },
    };
    return { net, seen };
  }

  test('[BEA3] a 401 is answered with another token, once', async () => {
    const { net, seen } = server(401, 200);
    const answer = await createBearerNet(net, port('old', 'new'), 'http://here').fetch('http://here/a', {});
    expect([answer.status, seen.map(({ authorization }) => authorization)]).toEqual([200, ['Bearer old', 'Bearer new']]);
    const refused = server(401, 401, 200);
    expect((await createBearerNet(refused.net, port('old', 'new'), 'http://here').fetch('http://here/a', {})).status).toBe(401);
    expect(refused.seen).toHaveLength(2);
    const none = server(401, 200);
    expect((await createBearerNet(none.net, port('old', null), 'http://here').fetch('http://here/a', {})).status).toBe(401);
    expect(none.seen).toHaveLength(1);
  });

  test('[BEA4] nothing is sent without a token, no cookie beside one, none to another origin, none in an address', async () => {
    const { net, seen } = server();
    expect((await createBearerNet(net, port(null), 'http://here').fetch('http://here/a', {})).status).toBe(401);
    expect(seen).toEqual([]);
    const bearer = createBearerNet(net, port('secret'), 'http://here');
    await bearer.fetch('http://here/a?b=c', { credentials: 'same-origin' });
    await bearer.fetch('http://there/a', {});
    expect(seen).toEqual([
      { url: 'http://here/a?b=c', authorization: 'Bearer secret', credentials: 'omit' },
      { url: 'http://there/a', authorization: null, credentials: undefined },
    ]);
  });

  test('[BEA4] only what a header can carry is a token', () => {
    expect(['a.b-c_d~+/=', '', 'a b', 'a\nb', 'ü', 'x'.repeat(9_000), 7, null].map(readToken)).toEqual([
      'a.b-c_d~+/=',
      null,
      null,
      null,
      null,
      null,
      null,
      null,
    ]);
  });
});
