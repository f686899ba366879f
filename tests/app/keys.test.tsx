// @vitest-environment happy-dom
import { fireEvent, render, screen } from '@testing-library/react';
import { describe, expect, test, vi } from 'vitest';
import { DEFAULT_SETTINGS } from '../../src/app/device-settings.ts';
import { NewOrderContext } from '../../src/app/new-order/new-order.ts';
import { Shortcuts } from '../../src/app/shortcuts.tsx';
import { DeviceSettingsContext } from '../../src/app/use-device-settings.ts';
import { useListKeys } from '../../src/app/use-list-keys.ts';
import { RouterContext } from '../../src/app/use-visit.ts';
import { words } from '../../src/app/words.ts';
import { NO_WRITES, WritesContext } from '../../src/app/writes.ts';
import { createTopic } from '../../src/client/topic.ts';
import './draw.tsx';

/** A page with all keys, and a record of what they did. */
function page(shortcuts = true) {
  const did: string[] = [];
  const note = (what: string) => () => void did.push(what);
  const settings = { settings: createTopic({ ...DEFAULT_SETTINGS, shortcuts }, { notify: (tell) => tell() }), change: () => Promise.resolve() };
  const visit = { route: { place: 'board' }, by: 'load', scrollY: 0, from: null, left: null, index: 0 } as const;
  const router = { getVisit: () => visit, subscribe: () => () => {}, go: (href: string) => void did.push(href), backTo: vi.fn() };
  const search = note('search');
  const move = (step: 1 | -1) => void did.push(step === 1 ? 'next' : 'before');
  const List = () => <p>{String(useListKeys({ search, move }).hasShortcuts)}</p>;
  render(
    <DeviceSettingsContext value={settings}>
      <RouterContext value={router}>
        <WritesContext value={{ ...NO_WRITES, openOutbox: note('outbox') }}>
          <NewOrderContext value={note('new order')}>
            <Shortcuts />
            <List />
            <input aria-label="field" />
          </NewOrderContext>
        </WritesContext>
      </RouterContext>
    </DeviceSettingsContext>,
  );
  return did;
}

const press = (key: string, target: Element = document.body, more: Partial<KeyboardEvent> = {}) => fireEvent.keyDown(target, { key, ...more });

/** What each row of the list does, in its order; null: the browser's own, or the list itself. */
const DONE = [null, 'search', 'new order', 'next', 'before', null, '/', '/orders', '/dashboard', '/settings', 'outbox', null];

describe('[APP12] keys that act alone', () => {
  test.each(words.keys.rows.map((row, at) => [row.keys.join(' '), row, DONE[at] ?? null] as const))('%s does what the list says', (_, { keys }, done) => {
    const did = page();
    for (const key of keys) press(key.length === 1 ? key.toLowerCase() : key);
    expect(did).toEqual(done === null ? [] : [done]);
  });
  test('the list opens by ?, names every key, and closes', () => {
    page();
    press('?');
    screen.getByRole('heading', { name: words.keys.title });
    expect(screen.getAllByRole('term').map(({ textContent }) => textContent)).toEqual(words.keys.rows.map(({ does }) => does));
    fireEvent.click(screen.getByRole('button', { name: words.close }));
    expect(screen.queryByText(words.keys.title)).toBeNull();
  });
  test('none acts while somebody types, or with a modifier', () => {
    const did = page();
    for (const key of ['n', '/', 'j', 'k', '?']) press(key, screen.getByLabelText('field'));
    for (const key of ['n', 'j', '/']) press(key, document.body, { ctrlKey: true });
    expect(did).toEqual([]);
    expect(screen.queryByText(words.keys.title)).toBeNull();
  });
  test('none acts where they are switched off', () => {
    const did = page(false);
    for (const key of ['n', '/', 'j', 'k', 'g', 'o', '?']) press(key);
    expect(did).toEqual([]);
    expect(screen.queryByText(words.keys.title)).toBeNull();
  });
});
