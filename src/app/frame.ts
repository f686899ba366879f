// What every screen of a signed-in person gets from the frame around it. Two contexts, because the connection's details change every
// few seconds and only the indicator cares.
import { createContext, useContext, type ReactNode } from 'react';
import type { SessionInfo } from '../protocol/http.ts';
import { PRESENT, type Standing } from './standing.ts';
import type { NewToast } from './new-toast.ts';

/** What every screen is given. */
export interface ScreenProps {
  readonly session: SessionInfo;
  onSignIn(): void;
}

/** Keeps its identity while it says the same. */
export interface Frame {
  /** Whether what is shown is the present state. */
  readonly standing: Standing;
  /** True where a write can go out now. */
  readonly isConnected: boolean;
  /** Why this page can't follow live at all, as a sentence; null where it can. */
  readonly trouble: string | null;
  show(toast: NewToast): void;
  /** Says a sentence to a screen reader when it has time; `alert` at once. */
  tell(text: string): void;
  alert(text: string): void;
  /** Asks for a fresh connection, which also fetches what this page is missing. */
  reconnect(): void;
}

const nothing = () => {};
const ALONE: Frame = { standing: PRESENT, isConnected: true, trouble: null, show: nothing, tell: nothing, alert: nothing, reconnect: nothing };

export const FrameContext = createContext<Frame>(ALONE);

/** The connection indicator, which every page shows at the right end of its bar. */
export const StatusContext = createContext<ReactNode>(null);

export function useFrame(): Frame {
  return useContext(FrameContext);
}
