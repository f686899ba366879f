// The work in a bay goes on to its next step, or other people take it over.
import * as v from 'valibot';
import { HttpProblem } from '../problem.ts';
import { CREW, someField, validate } from '../rest/validate.ts';
import type { WriteInput, WriteKind, WriteOutcome } from '../rest/write.ts';

const BODY = someField({ step: v.exactOptional(v.literal('drying', 'drying')), crew: v.exactOptional(CREW) });

export const CHANGE_JOB: WriteKind = { action: 'job', collection: 'jobs', hasBody: true, perform: changeJob };

function changeJob({ draft, id, body, nowMs }: WriteInput): WriteOutcome {
  const { step, crew } = validate(BODY, body);
  const job = draft.need('jobs', id);
  if (job.state !== 'active') throw new HttpProblem('write/conflict', `The job is ${job.state}.`);
  if (step && job.step !== 'washing') throw new HttpProblem('write/conflict', `The job is at ${job.step} already.`, { field: 'step' });
  if (step && !draft.need('orders', job.orderId).service.drying) {
    throw new HttpProblem('write/rejected', 'This service leaves the drying out.', { field: 'step', expected: 'a service with drying' });
  }
  draft.patch('jobs', id, { ...(crew ? { crew } : {}), ...(step ? { step, stepAt: new Date(nowMs).toISOString() } : {}) });
  const data = { jobID: id, step: step ?? job.step, order: { orderID: job.orderId } };
  return { status: 200, collection: 'jobs', id, eventType: 'job_updated', orderId: job.orderId, data };
}
