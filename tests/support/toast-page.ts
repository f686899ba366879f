// A page with toasts: under fake timers, and cleared after each test of the file that imports this. Import it before what renders.
import { cleanup } from '@testing-library/react';
import { afterEach, beforeEach, vi } from 'vitest';
import { pageToasts } from '../../src/feedback/page-toasts.ts';

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  cleanup();
  pageToasts.clear();
  vi.useRealTimers();
});
