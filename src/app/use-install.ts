// Components find here whether the application can be installed.
import { createContext } from 'react';
import type { Install } from './install.ts';

const ALONE: Install = { state: { getSnapshot: () => 'unknown', subscribe: () => () => {} }, ask: () => Promise.resolve() };

export const InstallContext = createContext<Install>(ALONE);
