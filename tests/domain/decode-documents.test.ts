import { assert, constantFrom, jsonValue, property } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeBay, decodeJob, decodeOrder, decodePayment, decodeQueue } from '../../src/domain/decode-documents.ts';
import { ago, bay, job, order, payment } from '../app/fixtures.ts';

const decoders = { decodeBay, decodeJob, decodeOrder, decodePayment, decodeQueue };
const queue = { id: 'main', name: 'Queue', entries: [{ orderId: 'o1', since: ago(5) }] };
const blocked = bay(6, { state: 'blocked', jobId: null, blocked: { reason: 'Pump', by: 'Nimal', at: ago(5), note: '' } });

describe('documents from the wire', () => {
  test('whole ones are taken as they are', () => {
    const whole = [order('o1', 'CBF 4821', 'ready'), job('j1', 'o1', 'b1'), bay(1), blocked, payment('p1', 'o1', 5), queue];
    const read = [decodeOrder(whole[0]), decodeJob(whole[1]), decodeBay(whole[2]), decodeBay(whole[3]), decodePayment(whole[4]), decodeQueue(whole[5])];
    read.forEach((doc, index) => expect(doc).toBe(whole[index]));
  });
  test.each([
    ['an order without a service', () => decodeOrder({ ...order('o1', 'X', 'ready'), service: null })],
    ['an order whose plate is a number', () => decodeOrder({ ...order('o1', 'X', 'ready'), plate: 5 })],
    ['an order without its times', () => decodeOrder({ ...order('o1', 'X', 'ready'), stageAt: undefined })],
    ['a job whose start is no time', () => decodeJob({ ...job('j1', 'o1', 'b1'), startedAt: 'soon' })],
    ['a job whose crew is a text', () => decodeJob({ ...job('j1', 'o1', 'b1'), crew: 'Nimal' })],
    ['a job with an endless target', () => decodeJob({ ...job('j1', 'o1', 'b1'), targetMinutes: Number.POSITIVE_INFINITY })],
    ['a bay in a state nobody knows', () => decodeBay({ ...bay(1), state: 'flooded' })],
    ['a blocked bay without a reason', () => decodeBay({ ...blocked, blocked: null })],
    ['a queue with an entry that names no order', () => decodeQueue({ ...queue, entries: [{ since: ago(1) }] })],
    ['a payment of a negative amount', () => decodePayment(payment('p1', 'o1', -1))],
  ])('%s is refused', (_, decode) => expect(decode()).toBeNull());
  test('nothing that JSON can hold makes a decoder throw', () => {
    assert(property(jsonValue(), constantFrom(...Object.values(decoders)), (value, decode) => decode(value) === null || typeof value === 'object'));
  });
});
