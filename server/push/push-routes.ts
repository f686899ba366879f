// The paths of push: the key to subscribe with, and a browser's subscription.
import * as v from 'valibot';
import { canSee } from '../../src/domain/visibility.ts';
import { PUSH_PATHS } from '../../src/protocol/push.ts';
import { type App, readBody, type RequestContext } from '../http-context.ts';
import { memberOf } from '../presence/member.ts';
import { HttpProblem } from '../problem.ts';
import { parseObject, textOf, validate } from '../rest/validate.ts';
import type { PushSender } from './push-sender.ts';
import { isPushService } from './push-services.ts';
import type { SubscriptionStore } from './subscription-store.ts';

export interface PushRouteDeps {
  readonly push: { readonly sender: PushSender; readonly subscriptions: SubscriptionStore; readonly services: readonly string[] };
  readonly now: () => number;
}

const ENDPOINT = textOf(1, 2_000);
const bytes = (length: number, expected: string) =>
  v.pipe(
    v.string(expected),
    v.check((value) => /^[A-Za-z0-9_-]+={0,2}$/.test(value) && Buffer.from(value, 'base64url').length === length, expected),
  );
const SUBSCRIBE = v.strictObject({
  endpoint: ENDPOINT,
  scope: v.pipe(v.string('the id of a scope'), v.regex(/^[0-9a-f]{16}$/, 'the id of a scope')),
  keys: v.strictObject({ p256dh: bytes(65, 'a P-256 key in base64url'), auth: bytes(16, '16 bytes in base64url') }),
});
const UNSUBSCRIBE = v.strictObject({ endpoint: ENDPOINT });
const NO_STORE = { 'Cache-Control': 'no-store' } as const;

export function routePush(app: App, { push, now }: PushRouteDeps): void {
  const { sender, subscriptions, services } = push;

  app.get(PUSH_PATHS.key, (context) => {
    requireOrders(context);
    return context.json({ publicKey: sender.publicKey }, 200, NO_STORE);
  });

  app.post(PUSH_PATHS.subscriptions, async (context) => {
    requireOrders(context);
    const given = validate(SUBSCRIBE, parseObject(await readBody(context)));
    if (!isPushService(given.endpoint, services))
      throw new HttpProblem('write/rejected', 'The endpoint is none of a push service that this server knows.', {
        field: 'endpoint',
        expected: 'the endpoint that the browser gave',
      });
    const { tenant, user, sessionId } = context.var.session;
    subscriptions.put({ tenant, user, sessionId, device: memberOf(context).device }, given, now());
    return context.body(null, 204, NO_STORE);
  });

  app.delete(PUSH_PATHS.subscriptions, async (context) => {
    const { endpoint } = validate(UNSUBSCRIBE, parseObject(await readBody(context)));
    const { tenant, user } = context.var.session;
    subscriptions.remove(tenant, user, endpoint);
    return context.body(null, 204, NO_STORE);
  });
}

function requireOrders({ var: { session } }: RequestContext): void {
  if (!canSee(session.role, 'orders')) throw new HttpProblem('auth/forbidden', `A ${session.role} doesn't see orders.`);
}
