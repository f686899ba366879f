// Whether this device can have the application on its home screen, and asking for it. The browser says so once, early: it is heard from the start.
import { createTopic, type Topic } from '../client/topic.ts';

/** `how-to`: iOS, where only the person can do it. `unknown`: the browser has not offered it (it can't, or it is installed already). */
export type InstallState = 'installed' | 'ready' | 'how-to' | 'unknown';

export interface Install {
  readonly state: Topic<InstallState>;
  /** Shows the browser's question; does nothing where there is none. */
  ask(): Promise<void>;
}

/** Not in the DOM's types: Chromium alone has it. */
interface InstallPrompt extends Event {
  prompt(): Promise<unknown>;
}

export type InstallWindow = Pick<Window, 'addEventListener' | 'matchMedia' | 'navigator'>;

/** Listens until `signal` ends it. */
export function createInstall(page: InstallWindow, signal: AbortSignal): Install {
  const state = createTopic<InstallState>(startOf(page), { notify: (tell) => tell() });
  let offered: InstallPrompt | null = null;
  page.addEventListener(
    'beforeinstallprompt',
    (event) => {
      // The browser's own bar would cover the counts; Settings asks instead.
      event.preventDefault();
      offered = 'prompt' in event ? (event as InstallPrompt) : null;
      if (offered) state.set('ready');
    },
    { signal },
  );
  page.addEventListener('appinstalled', () => state.set('installed'), { signal });
  return {
    state,
    async ask() {
      const prompt = offered;
      // A prompt can be shown once.
      offered = null;
      await prompt?.prompt();
      if (state.getSnapshot() === 'ready') state.set('unknown');
    },
  };
}

function startOf({ matchMedia, navigator }: InstallWindow): InstallState {
  const isStandalone: unknown = 'standalone' in navigator ? navigator.standalone : undefined;
  if (matchMedia.call(globalThis, '(display-mode: standalone)').matches || isStandalone === true) return 'installed';
  return isStandalone === false ? 'how-to' : 'unknown';
}
