import { expect, test } from 'vitest';
import { COLLECTIONS } from '../../src/domain/collections.ts';
import { canDo, canSee, isEventVisible, visibleCollections, WRITE_ACTIONS } from '../../src/domain/visibility.ts';
import type { Role } from '../../src/protocol/http.ts';

test('[SNP2] each role sees its collections and no name beside them', () => {
  const seen = (role: Role) => COLLECTIONS.filter((collection) => canSee(role, collection));
  expect(seen('manager')).toEqual(COLLECTIONS);
  expect(seen('worker')).toEqual(COLLECTIONS);
  expect(seen('kiosk')).toEqual(['orders', 'queues', 'bays', 'jobs']);
  expect(seen('display')).toEqual(['queues']);
  for (const role of ['manager', 'worker', 'kiosk', 'display'] as const) {
    expect(seen(role)).toEqual(visibleCollections(role));
    expect(canSee(role, 'users')).toBe(false);
    expect(canSee(role, '__proto__')).toBe(false);
  }
});

test('[ACC1] each role does its kinds of writes', () => {
  const done = (role: Role) => WRITE_ACTIONS.filter((action) => canDo(role, action));
  expect(done('manager')).toEqual(WRITE_ACTIONS);
  expect(done('worker')).toEqual(WRITE_ACTIONS.filter((action) => action !== 'order-delete'));
  expect(done('kiosk')).toEqual(['stage', 'job', 'bay']);
  expect(done('display')).toEqual([]);
});

test('[ACC4] an event reaches those who see one of its changes, whatever it is about', () => {
  expect(isEventVisible('kiosk', 'payment_update', ['payments', 'orders'])).toBe(true);
  expect(isEventVisible('kiosk', 'payment_update', ['payments'])).toBe(false);
  expect(isEventVisible('display', 'stage_change', ['orders', 'bays'])).toBe(false);
  expect(isEventVisible('display', 'stage_change', ['orders', 'queues'])).toBe(true);
});

test('[ACC4] an event without changes reaches those who see what it is about; an unknown one managers', () => {
  expect(isEventVisible('kiosk', 'payment_update', [])).toBe(false);
  expect(isEventVisible('worker', 'payment_update', [])).toBe(true);
  expect(isEventVisible('kiosk', 'bay_updated', [])).toBe(true);
  expect(isEventVisible('display', 'bay_updated', [])).toBe(false);
  for (const type of ['role_changed', 'constructor', '__proto__']) {
    expect(isEventVisible('worker', type, [])).toBe(false);
    expect(isEventVisible('manager', type, [])).toBe(true);
  }
});
