// What a write is shown to do meanwhile, against what the server really does with it.
import { describe, expect, test } from 'vitest';
import type { BoardDocuments } from '../../src/domain/board.ts';
import { foresee, type Foreseen } from '../../src/domain/foresee.ts';
import { plannedWrite } from '../../src/domain/planned-write.ts';
import { branch, hold, NOW, order } from '../app/fixtures.ts';

const at = new Date(NOW).toISOString();
const after = (documents: BoardDocuments, path: string, body: object): readonly Foreseen[] =>
  foresee(documents, { write: plannedWrite({ path, body }), at, by: 'u1' });
const of = (changes: readonly Foreseen[], collection: string, id?: string) =>
  changes.find((one) => one.collection === collection && (id === undefined || one.id === id));
const stage = (id: string) => `/api/v1/orders/${id}/stage`;

describe('[OBP8] what follows a move', () => {
  test('into a bay: job, bay and queue', () => {
    const changes = after(branch(), stage('o11'), { stage: 'in_progress', bayId: 'b4', jobId: 'j9' });
    expect(of(changes, 'bays')).toMatchObject({ id: 'b4', patch: { state: 'busy', jobId: 'j9' } });
    expect(of(changes, 'jobs')).toMatchObject({ id: 'j9', doc: { orderId: 'o11', bayId: 'b4', step: 'washing' } });
    expect(JSON.stringify(of(changes, 'queues'))).not.toContain('"o11"');
    expect(of(changes, 'orders', 'o11')).toMatchObject({
      patch: { stage: 'in_progress', bayId: 'b4', jobId: 'j9', lastMove: { from: 'initiated', to: 'in_progress', by: 'u1' } },
    });
  });
  test('ready: the job is done; an order paid before is paid by it', () => {
    const changes = after(branch(), stage('o1'), { stage: 'ready' });
    expect(of(changes, 'jobs')).toMatchObject({ id: 'j1', patch: { step: 'done', state: 'finished' } });
    expect(of(changes, 'orders')).toMatchObject({ patch: { stage: 'ready' } });
    const paid = { ...branch(), orders: new Map([...branch().orders, ...hold(order('o1', 'A', 'in_progress', { paid: true, jobId: 'j1' }))]) };
    expect(of(after(paid, stage('o1'), { stage: 'ready' }), 'orders')).toMatchObject({ patch: { stage: 'paid' } });
  });
  test('back to the queue: first in it, out of the bay', () => {
    const documents = { ...branch(), orders: new Map([...branch().orders, ...hold(order('o1', 'A', 'in_progress', { bayId: 'b1', jobId: 'j1' }))]) };
    const changes = after(documents, stage('o1'), { stage: 'initiated' });
    const queue = of(changes, 'queues');
    expect(queue && 'patch' in queue && (queue.patch as { entries: { orderId: string }[] }).entries[0]?.orderId).toBe('o1');
    expect(of(changes, 'bays')).toMatchObject({ id: 'b1', patch: { state: 'free', jobId: null } });
    expect(of(changes, 'orders')).toMatchObject({ patch: { bayId: null, jobId: null, stage: 'initiated' } });
  });
  test('cancelled and taken back', () => {
    expect(of(after(branch(), stage('o11'), { stage: 'cancelled' }), 'orders')).toMatchObject({ patch: { stage: 'cancelled', cancelled: 'No reason given' } });
    const said = after(branch(), stage('o11'), { stage: 'cancelled', reason: 'Not needed' });
    expect(of(said, 'orders')).toMatchObject({ patch: { cancelled: 'Not needed' } });
    const documents = { ...branch(), orders: hold(order('o11', 'A', 'cancelled', { cancelled: 'No reason given' })) };
    expect(of(after(documents, stage('o11'), { stage: 'initiated' }), 'orders')).toMatchObject({ patch: { stage: 'initiated', cancelled: null } });
  });
  test('a cleared bay is free and its car gone from it', () => {
    const documents = { ...branch(), orders: new Map([...branch().orders, ...hold(order('o1', 'A', 'ready', { bayId: 'b1', jobId: 'j1' }))]) };
    const changes = after(documents, '/api/v1/bays/b1', { state: 'free' });
    expect(of(changes, 'bays')).toMatchObject({ patch: { state: 'free', jobId: null } });
    expect(of(changes, 'orders')).toMatchObject({ id: 'o1', patch: { bayId: null } });
  });
  test('drying', () =>
    expect(after(branch(), '/api/v1/jobs/j1', { step: 'drying' })).toMatchObject([{ collection: 'jobs', id: 'j1', patch: { step: 'drying' } }]));
  test('what this build doesn’t know, and what isn’t here, changes nothing', () => {
    expect(after(branch(), '/api/v2/orders/o1/teleport', { to: 'moon' })).toEqual([]);
    expect(after(branch(), stage('nowhere'), { stage: 'ready' })).toEqual([]);
    expect(after(branch(), stage('o1'), { stage: 'unheard' })).toEqual([]);
  });
  test('documents that are given are never changed', () => {
    const documents = branch();
    const before = JSON.stringify([...documents.orders, ...documents.bays, ...documents.queues]);
    after(documents, stage('o11'), { stage: 'in_progress', bayId: 'b4', jobId: 'j9' });
    expect(JSON.stringify([...documents.orders, ...documents.bays, ...documents.queues])).toBe(before);
  });
});
