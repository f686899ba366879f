// Topics and callbacks: told once a frame, isolated from each other's failures.
import { expect, test } from 'vitest';
import { createNotifier, createTopic } from '../../src/client/topic.ts';
import { createSubscriptions } from '../../src/client/documents/subscriptions.ts';
import { createTimeline } from '../support/virtual-clock.ts';
import { eventAt } from '../support/sample-events.ts';

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

function setUp() {
  const timeline = createTimeline();
  const errors: unknown[] = [];
  const notifier = createNotifier(timeline.clock(), (error) => errors.push(error), new AbortController().signal);
  return { timeline, errors, notifier };
}

test('[TOP1] however often a topic is set within a frame, its listeners are told once, and read the newest value', async () => {
  const { timeline, notifier } = setUp();
  const topic = createTopic(0, notifier);
  const seen: number[] = [];
  topic.subscribe(() => seen.push(topic.getSnapshot()));
  for (let n = 1; n <= 5; n++) topic.set(n);
  await turn();
  expect(seen).toEqual([5]);
  for (let n = 6; n <= 9; n++) topic.set(n);
  await turn();
  expect(seen).toEqual([5]);
  timeline.advance(16);
  expect(seen).toEqual([5, 9]);
});

test('[TOP1] a topic that did not change tells nobody', async () => {
  const { notifier } = setUp();
  const topic = createTopic('same', notifier);
  let told = 0;
  topic.subscribe(() => (told += 1));
  topic.set('same');
  await turn();
  expect(told).toBe(0);
});

test('[TOP2] a listener that throws is reported, and the next topic is still told', async () => {
  const { notifier, errors } = setUp();
  const bad = createTopic(0, notifier);
  const good = createTopic(0, notifier);
  let told = 0;
  bad.subscribe(() => {
    throw new Error('handler');
  });
  good.subscribe(() => (told += 1));
  bad.set(1);
  good.set(1);
  await turn();
  expect(told).toBe(1);
  expect(errors).toHaveLength(1);
});

test('[TOP2] a callback that throws does not keep the others, or the next event, from arriving', () => {
  const errors: unknown[] = [];
  const subscriptions = createSubscriptions((error) => errors.push(error));
  const got: string[] = [];
  subscriptions.add(() => {
    throw new Error('handler');
  });
  subscriptions.add((event) => got.push(event.id));
  subscriptions.deliver([eventAt(1), eventAt(2)]);
  expect(got).toHaveLength(2);
  expect(errors).toHaveLength(2);
});

test('[TOP3] filters pick of what the page gets: by order, by type, by alias; an event without an order matches every order', () => {
  const subscriptions = createSubscriptions(() => {});
  const got: Record<string, number> = { order: 0, other: 0, type: 0, alias: 0 };
  const count = (name: string) => () => void (got[name] = (got[name] ?? 0) + 1);
  subscriptions.add(count('order'), { orderID: 'o1' });
  subscriptions.add(count('other'), { orderID: 'o2' });
  subscriptions.add(count('type'), { eventTypes: ['payment_update'] });
  subscriptions.add(count('alias'), { eventTypes: ['order_stage_change'] });
  subscriptions.deliver([eventAt(1), { ...eventAt(2), orderID: null }, { ...eventAt(3), eventType: 'stage_change' }]);
  expect(got).toEqual({ order: 3, other: 1, type: 0, alias: 1 });
});

test('[TOP3] a subscriber that leaves gets nothing more, also in the middle of a delivery', () => {
  const subscriptions = createSubscriptions(() => {});
  const got: string[] = [];
  const leave = subscriptions.add((event) => {
    got.push(event.id);
    leave();
  });
  subscriptions.deliver([eventAt(1), eventAt(2)]);
  expect(got).toHaveLength(1);
});
