// Numbers small enough that every bound is met within seconds of virtual time.
import { POLICY, type Policy } from '../../src/core/policy.ts';

export const MODEL_POLICY: Policy = {
  ...POLICY,
  firstDelayMs: 200,
  maxDelayMs: 1_000,
  maxAttempts: 3,
  breakerOpenMs: 1_000,
  breakerMaxMs: 4_000,
  pollAfterMs: 300,
  nudgedPollMs: 100,
  nudgeSpreadMs: 50,
  troubleMs: [300, 900],
  helloMs: 400,
  requestBudget: 40,
  blockEvents: 5,
  readEvents: 7,
  ingestQueue: 12,
  retention: { ttlMs: 3_600_000, maxEvents: 15, maxBytes: 16_777_216 },
};
