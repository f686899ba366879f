// A page's requests with the numbers that they go by; loaded with the first.
import { withPolicy } from '../../core/policy.ts';
import type { Overrides } from '../../core/reading-policy.ts';
import type { Sender } from '../../transport/contract.ts';
import type { RestDeps } from '../../transport/exchange.ts';
import { createSender } from '../../transport/send.ts';

export function createPageSender(deps: Omit<RestDeps, 'policy'>, overrides: Overrides): Sender {
  return createSender({ ...deps, policy: withPolicy(overrides) });
}
