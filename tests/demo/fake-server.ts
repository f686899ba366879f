// REST over fake branches, with moods: what a server does on a bad day, decided by the test request by request.
import type { Action } from '../../server/demo/action.ts';
import { DEMO_ACCOUNTS } from '../../server/demo/people.ts';
import type { BranchView } from '../../server/demo/view.ts';
import type { FakeBranch } from './fake-branch.ts';

export interface Seen {
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly user: string | null;
  readonly key: string | null;
  readonly ifMatch: string | null;
  readonly status: number;
}

/** Answers instead of the server, or null to let it be asked. */
export type Mood = (request: Request) => Response | null;

export function createFakeServer(branches: Readonly<Record<string, FakeBranch>>, mood: Mood = () => null) {
  const seen: Seen[] = [];
  const sessions = new Map<string, { tenant: string; user: string }>();
  const setMood = (next: Mood) => void (mood = next);

  async function answer(request: Request): Promise<Response> {
    const refused = mood(request);
    if (refused) return refused;
    const { pathname } = new URL(request.url);
    const who = sessions.get(request.headers.get('cookie') ?? '');
    if (pathname === '/api/v1/session') return signIn((await request.json()) as { email: string; password: string });
    const branch = who && branches[who.tenant];
    if (!branch || request.headers.get('Sync-User') !== who.user) return new Response(null, { status: 401 });
    return request.method === 'GET' ? list(branch.view(), pathname, request.headers.get('if-none-match')) : write(branch, pathname, request);
  }

  function signIn({ email, password }: { email: string; password: string }): Response {
    const account = DEMO_ACCOUNTS.find((candidate) => candidate.email === email && candidate.password === password);
    if (!account) return new Response(null, { status: 401 });
    const cookie = `holdfast_session=${sessions.size}-${account.user}`;
    sessions.set(cookie, { tenant: account.tenant, user: account.user });
    return Response.json({}, { headers: { 'set-cookie': `${cookie}; HttpOnly; Path=/` } });
  }

  return {
    seen,
    setMood,
    endSessions: () => sessions.clear(),
    async fetch(request: Request): Promise<Response> {
      const header = (name: string) => request.headers.get(name);
      const log = (status: number) =>
        seen.push({
          at: performance.now(),
          method: request.method,
          path: new URL(request.url).pathname,
          user: header('Sync-User'),
          key: header('Idempotency-Key'),
          ifMatch: header('If-Match'),
          status,
        });
      const response = await answer(request);
      log(response.status);
      return response;
    },
  };
}

function list(view: BranchView, path: string, ifNoneMatch: string | null): Response {
  const documents = view[path.replace('/api/v1/', '') as keyof BranchView];
  const etag = `"${documents.reduce((sum, row) => sum + row.version, 0)}-${documents.length}"`;
  return ifNoneMatch === etag ? new Response(null, { status: 304 }) : Response.json({ documents, cursor: '' }, { headers: { etag } });
}

async function write(branch: FakeBranch, path: string, request: Request): Promise<Response> {
  const text = await request.text();
  const ifMatch = request.headers.get('if-match');
  const version = ifMatch === null ? null : Number(ifMatch.replaceAll('"', ''));
  const action: Action = {
    kind: 'note',
    doer: 'worker',
    touches: [],
    method: request.method as Action['method'],
    path,
    body: text ? (JSON.parse(text) as object) : null,
    version,
  };
  const status = branch.perform(action);
  return status === 'done' ? Response.json({}) : Response.json({}, { status });
}
