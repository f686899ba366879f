import { expect, test } from 'vitest';
import { takeLegacyState } from '../../src/client/state/legacy-state.ts';

const NOW = Date.parse('2024-01-15T11:00:00Z');
const OLD = {
  events: [
    { id: 'event_1', eventType: 'stage_change', data: {}, orderID: 'ORDER-001', timestamp: '2024-01-15T09:00:00Z' },
    { id: 'event_2', eventType: 'stage_change', data: {}, orderID: 'ORDER-001', timestamp: '2024-01-15T10:30:00Z', metadata: { source: 'sse' } },
  ],
  configuration: { orderID: 'ORDER-001', eventTypes: ['stage_change'], autoReconnect: true, maxReconnectAttempts: 7 },
  connectionMetrics: { totalConnections: 3, totalEvents: 15, uptime: 45_000 },
  version: '1.0.0',
};

/** A localStorage with these texts, and a manager that writes down what it is given. */
function bench(texts: Record<string, string>, fails = false) {
  const kept = new Map(Object.entries(texts));
  const given: unknown[] = [];
  const storage = { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, text: string) => void kept.set(key, text) };
  const importState = async (json: string): Promise<void> => {
    if (fails) throw new Error('malformed');
    given.push(JSON.parse(json));
  };
  return { kept, given, take: () => takeLegacyState({ importState }, 'old-sync', NOW, storage) };
}

test('[SYD9] the old text is taken over once, without old events and without the filters of then, and stays where it is', async () => {
  const text = JSON.stringify(OLD);
  const { kept, given, take } = bench({ 'old-sync': text });
  expect([await take(), await take()]).toEqual(['taken', 'already']);
  expect(given).toEqual([{ ...OLD, events: [OLD.events[1]], configuration: { autoReconnect: true, maxReconnectAttempts: 7 } }]);
  expect(kept.get('old-sync')).toBe(text);
});

test('[SYD9] a text that can not be read is left alone and not tried again; without one there is no mark', async () => {
  const broken = bench({ 'old-sync': '{' });
  expect([await broken.take(), await broken.take(), broken.given]).toEqual(['refused', 'already', []]);
  const refused = bench({ 'old-sync': JSON.stringify(OLD) }, true);
  expect([await refused.take(), await refused.take()]).toEqual(['refused', 'already']);
  const none = bench({});
  expect([await none.take(), none.kept.size]).toEqual(['nothing', 0]);
});
