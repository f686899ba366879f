// The page's toasts. The documents give their hooks no provider, so that there is one store for each page; on a server nobody adds to it.
import { createToastStore } from './toast-store.ts';

export const pageToasts = /* @__PURE__ */ createToastStore();
