// Brings a waiting version in by itself once nobody would notice: no touch, key or pointer for a while, and nothing half done on the page.
// A kiosk that nobody reloads is brought up to date this way; whoever works with the page is asked instead.
import type { AppUpdate } from './app-update.ts';

export interface IdleUpdateOptions {
  /** Without any input for this long the page counts as left alone, ms. Default 2 min. */
  readonly idleMs?: number;
  /** True while something would be lost or seen: typed text, an open dialog, unsent entries. Asked right before. */
  readonly isBusy: () => boolean;
}

const IDLE_MS = 120_000;
/** How often a ready page looks whether it is left alone, ms. */
const LOOK_MS = 5_000;
/** What a person at the screen does; `capture`, so that nothing on the page can swallow it. */
const SIGNS_OF_LIFE = ['pointerdown', 'pointermove', 'keydown', 'input', 'wheel'] as const;

/** Applies `update` when it is ready and the page idle; until `signal` aborts. */
export function updateWhenIdle(update: AppUpdate, { idleMs = IDLE_MS, isBusy }: IdleUpdateOptions, signal: AbortSignal): void {
  let touchedAt = performance.now();
  let isLooking = false;
  const touched = (): void => void (touchedAt = performance.now());
  for (const sign of SIGNS_OF_LIFE) document.addEventListener(sign, touched, { signal, capture: true, passive: true });

  function look(): void {
    if (signal.aborted || update.getSnapshot().state !== 'ready') return void (isLooking = false);
    if (performance.now() - touchedAt >= idleMs && !isBusy()) return update.apply();
    setTimeout(look, LOOK_MS);
  }

  function onChange(): void {
    if (isLooking || update.getSnapshot().state !== 'ready') return;
    isLooking = true;
    look();
  }

  signal.addEventListener('abort', update.subscribe(onChange), { once: true });
  onChange();
}

/** On the root element while writes lie in this page's memory alone: a reload would lose them. */
export const UNKEPT_MARK = 'data-holdfast-unkept';

/** Whether something would be lost with this page: an open dialog or popover, a text field that holds text, or writes that no disk has. */
export function isPageInUse(page: Document): boolean {
  if (page.querySelector(`dialog[open], [${UNKEPT_MARK}]`)) return true;
  const fields = page.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>('textarea, input:not([type=radio], [type=checkbox], [type=search])');
  return [...fields].some((field) => field.value !== '');
}
