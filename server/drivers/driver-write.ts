// A driver comes, leaves, or is on the way.
import * as v from 'valibot';
import { validate } from '../rest/validate.ts';
import type { WriteInput, WriteKind, WriteOutcome } from '../rest/write.ts';

const BODY = v.strictObject({ state: v.picklist(['online', 'offline', 'driving'], 'online, offline or driving') });

export const CHANGE_DRIVER: WriteKind = { action: 'driver', collection: 'drivers', hasBody: true, perform: changeDriver };

function changeDriver({ draft, id, body }: WriteInput): WriteOutcome {
  const { state } = validate(BODY, body);
  const { orderId } = draft.need('drivers', id);
  draft.patch('drivers', id, state === 'driving' ? { state } : { state, orderId: null });
  return { status: 200, collection: 'drivers', id, eventType: 'driver_updated', orderId, data: { driverID: id, state } };
}
