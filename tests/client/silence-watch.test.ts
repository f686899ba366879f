// When a page takes an engine for silent: by its own clock, only while it is looked at and punctual, and not more often than the scope may.
import { expect, test } from 'vitest';
import { createSilenceWatch, type Silence } from '../../src/client/link/silence-watch.ts';
import { POLICY } from '../../src/core/policy.ts';
import { createTimeline } from '../support/virtual-clock.ts';

function createPage() {
  const timeline = createTimeline();
  const clock = timeline.clock();
  const acts: Silence[] = [];
  let isVisible = true;
  let asked = 0;
  const watch = createSilenceWatch(
    {
      clock,
      policy: POLICY,
      visibility: { isVisible: () => isVisible, onChange: () => {} },
      ask: () => void (asked += 1),
      prepare: () => {},
      act: (silence) => {
        acts.push(silence);
        return Promise.resolve();
      },
    },
    new AbortController().signal,
  );
  watch.begin();
  const pass = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 500) {
      timeline.advance(500);
      await Promise.resolve();
      await Promise.resolve();
      await Promise.resolve();
    }
  };
  return { watch, clock, acts, pass, show: (visible: boolean) => void (isVisible = visible), asked: () => asked };
}

test('[TKO8] six seconds without a word are silence; a beat or a frame begins them anew', async () => {
  const { watch, acts, pass } = createPage();
  await pass(5_500);
  watch.heard();
  await pass(5_500);
  expect(acts).toHaveLength(0);
  await pass(1_000);
  expect(acts).toHaveLength(1);
  expect(acts[0]?.isSilent()).toBe(true);
  watch.heard();
  expect(acts[0]?.isSilent()).toBe(false);
});

test('[TKO8] a hidden page does not watch, and a page whose own timers were late judges nobody until they were on time for two seconds', async () => {
  const hidden = createPage();
  hidden.show(false);
  await hidden.pass(60_000);
  expect(hidden.acts).toHaveLength(0);
  hidden.show(true);
  await hidden.pass(1_500);
  expect(hidden.acts).toHaveLength(0);
  await hidden.pass(1_500);
  expect(hidden.acts).toHaveLength(1);

  const busy = createPage();
  busy.clock.freeze();
  await busy.pass(10_000);
  busy.clock.thaw();
  await busy.pass(1_500);
  expect(busy.acts).toHaveLength(0);
  await busy.pass(1_500);
  expect(busy.acts).toHaveLength(1);
});

test('[TKO9] claims of all pages share one budget: one a minute, then one in two, in four, and whole again after a calm time', async () => {
  const { watch, acts, pass } = createPage();
  watch.claimed();
  await pass(59_000);
  expect(acts).toHaveLength(0);
  await pass(2_000);
  expect(acts).toHaveLength(1);
  watch.claimed();
  await pass(119_000);
  expect(acts).toHaveLength(1);
  await pass(2_000);
  expect(acts).toHaveLength(2);
  watch.claimed();
  for (let quiet = 0; quiet < 600; quiet++) {
    watch.heard();
    await pass(1_000);
  }
  watch.claimed();
  await pass(61_000);
  expect(acts).toHaveLength(3);
});

test('[TKO4] a page that is looked at again asks, and acts after 300 ms without an answer, unless it heard of the engine a moment ago', async () => {
  const long = createPage();
  long.show(false);
  await long.pass(5_000);
  long.show(true);
  long.watch.awake();
  expect(long.asked()).toBe(1);
  await long.pass(500);
  expect(long.acts).toHaveLength(1);

  const answered = createPage();
  await answered.pass(5_000);
  answered.watch.awake();
  answered.watch.heard();
  await answered.pass(500);
  expect(answered.acts).toHaveLength(0);

  const fresh = createPage();
  await fresh.pass(3_000);
  fresh.watch.heard();
  await fresh.pass(500);
  fresh.watch.awake();
  await fresh.pass(500);
  expect(fresh.acts).toHaveLength(0);
});
