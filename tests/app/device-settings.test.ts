import { describe, expect, test } from 'vitest';
import { createSettingsStore, decodeSettings, DEFAULT_SETTINGS, undoMs, type DeviceSettings, type SettingsRow } from '../../src/app/device-settings.ts';
import { createInstall } from '../../src/app/install.ts';
import { isReady } from '../../src/app/ready-sound.tsx';
import { browserText } from '../../src/app/settings/device-sections.tsx';
import { themeOf } from '../../src/app/theme.ts';
import { lifeMs } from '../../src/feedback/toast-state.ts';
import { libraryToast } from '../../src/app/new-toast.ts';

/** One disk and one bus for several tabs. */
function device() {
  let row: unknown;
  const tabs: EventTarget[] = [];
  const disk: SettingsRow = { read: async () => structuredClone(row), update: async (change) => void (row = structuredClone(change(row))) };
  const tab = (open: () => Promise<SettingsRow> = async () => disk) => {
    const events = new EventTarget();
    tabs.push(events);
    const bus = {
      addEventListener: events.addEventListener.bind(events),
      postMessage: () => tabs.filter((other) => other !== events).forEach((other) => setTimeout(() => other.dispatchEvent(new Event('message')))),
    };
    return createSettingsStore({ open, bus }, new AbortController().signal);
  };
  return { tab, write: (value: unknown) => void (row = value) };
}
const settle = () => new Promise((resolve) => setTimeout(resolve, 20));

describe("a device's settings", () => {
  test('[SET1] a change shows at once, is kept, and is heard by other tabs', async () => {
    const { tab } = device();
    const first = tab();
    const second = tab();
    const kept = first.change({ theme: 'dark' });
    expect(first.settings.getSnapshot().theme).toBe('dark');
    await kept;
    await settle();
    expect(second.settings.getSnapshot()).toEqual({ ...DEFAULT_SETTINGS, theme: 'dark' });
    const later = tab();
    await settle();
    expect(later.settings.getSnapshot().theme).toBe('dark');
  });
  test('[SET1] two tabs that change different settings keep both', async () => {
    const { tab } = device();
    const [first, second] = [tab(), tab()];
    await Promise.all([first.change({ theme: 'light' }), second.change({ sounds: true })]);
    await settle();
    expect(first.settings.getSnapshot()).toMatchObject({ theme: 'light', sounds: true });
    expect(second.settings.getSnapshot()).toEqual(first.settings.getSnapshot());
  });
  test('a disk that answers late does not take back what was chosen meanwhile', async () => {
    let answer = (_row: SettingsRow) => {};
    const late = device().tab(() => new Promise((resolve) => (answer = resolve)));
    const kept = late.change({ undo: '20' });
    answer({ read: async () => ({ undo: '8', theme: 'dark' }), update: async () => {} });
    await kept;
    await settle();
    expect(late.settings.getSnapshot().undo).toBe('20');
  });
  test('where nothing can be kept the setting holds for the page, and the caller is told', async () => {
    const { settings, change } = device().tab(() => Promise.reject(new Error('private mode')));
    await expect(change({ shortcuts: false })).rejects.toThrow('private mode');
    expect(settings.getSnapshot().shortcuts).toBe(false);
  });
  test.each<[unknown, Partial<DeviceSettings>]>([
    [undefined, {}],
    ['text', {}],
    [{ theme: 'sepia', undo: 9, sounds: 'yes', name: 7, shortcuts: null }, {}],
    [{ theme: 'contrast', more: 1 }, { theme: 'contrast' }],
    [{ name: 'x'.repeat(99) }, { name: 'x'.repeat(40) }],
  ])('%j on disk is read field by field', (row, expected) => expect(decodeSettings(row)).toEqual({ ...DEFAULT_SETTINGS, ...expected }));
});

test('the theme follows the system unless it was set, and high contrast lies over either', () => {
  expect(themeOf('system', true)).toEqual({ theme: 'dark', isContrast: false });
  expect(themeOf('light', true)).toEqual({ theme: 'light', isContrast: false });
  expect(themeOf('dark', false)).toEqual({ theme: 'dark', isContrast: false });
  expect(themeOf('contrast', false)).toEqual({ theme: 'light', isContrast: true });
});

test('[SET2] the time for a step back is 8 s, 20 s, or until the toast is closed', () => {
  const offered = (undo: DeviceSettings['undo']) => {
    const action = { label: String, name: 'Undo', run: () => {} };
    return lifeMs({ ...libraryToast({ tone: 'info', text: 'Done.', action, actionMs: undoMs({ undo }) }), id: 'x' });
  };
  expect([offered('8'), offered('20'), offered('closed')]).toEqual([8_000, 20_000, null]);
  expect(lifeMs({ ...libraryToast({ tone: 'info', text: 'Live again.', actionMs: null }), id: 'x' })).toBe(6_000);
});

test('a car that becomes ready sounds, one that goes on or back does not', () => {
  const move = (previousStage: string, newStage: string) => isReady({ data: { previousStage, newStage } });
  expect([move('in_progress', 'ready'), move('in_progress', 'paid')]).toEqual([true, true]);
  expect([move('ready', 'paid'), move('ready', 'in_progress'), move('paid', 'completed')]).toEqual([false, false, false]);
});

test('installation is offered when the browser offers it, once', async () => {
  const page = Object.assign(new EventTarget(), { matchMedia: () => ({ matches: false }), navigator: {} });
  const { state, ask } = createInstall(page as unknown as Window, new AbortController().signal);
  expect(state.getSnapshot()).toBe('unknown');
  let asked = 0;
  page.dispatchEvent(Object.assign(new Event('beforeinstallprompt', { cancelable: true }), { prompt: async () => void asked++ }));
  expect(state.getSnapshot()).toBe('ready');
  await ask();
  await ask();
  expect([asked, state.getSnapshot()]).toEqual([1, 'unknown']);
  page.dispatchEvent(new Event('appinstalled'));
  expect(state.getSnapshot()).toBe('installed');
  const ios = Object.assign(new EventTarget(), { matchMedia: () => ({ matches: false }), navigator: { standalone: false } });
  expect(createInstall(ios as unknown as Window, new AbortController().signal).state.getSnapshot()).toBe('how-to');
});

test.each([
  ['Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36', 'Chrome 156'],
  ['Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/29.0 Chrome/136.0.0.0 Mobile Safari/537.36', 'Samsung Internet 29'],
  ['Mozilla/5.0 (iPad; CPU OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1', 'Safari 18'],
  ['Something else', 'Something else'],
])('%s is called %s', (agent, name) => expect(browserText(agent)).toBe(name));
