// Where toasts stand while a modal dialog is open. A browser makes all of the page inert but that dialog, so a toast outside of it can be seen and not
// touched: toasts stand in the dialog that was opened last, for as long as it is.
import { createTopic } from '../../client/topic.ts';
import { useTopic } from '../../react/use-topic.ts';

const dialogs = createTopic<readonly HTMLElement[]>([], { notify: (tell) => tell() });

/** For whoever opens a modal dialog; returns what ends it, to be called before the dialog is taken away. */
export function holdToasts(dialog: HTMLElement): () => void {
  dialogs.set([...dialogs.getSnapshot(), dialog]);
  return () => dialogs.set(dialogs.getSnapshot().filter((one) => one !== dialog));
}

/** Null where toasts stand in their own place. */
export function useToastHost(): HTMLElement | null {
  return useTopic(dialogs).at(-1) ?? null;
}
