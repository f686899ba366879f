// What this page shows: the workplace of whoever is signed in, else the sign-in form. The address stays the same over signing in.
import { useCallback, useEffect, useState } from 'react';
import { usePageSync, useSession } from '@/lib/sync';
import type { AppUpdate } from '../client/app-update.ts';
import { Notice } from './parts/notice.tsx';
import { UpdateBar } from './parts/update-bar.tsx';
import { SignInScreen } from './sign-in-screen.tsx';
import { useDelayedFlag } from './use-delayed-flag.ts';
import { words } from './words.ts';
import { Workplace } from './workplace.tsx';

export function App({ update }: { readonly update: AppUpdate }) {
  useTrace();
  return (
    <>
      <Screen />
      <Update update={update} />
    </>
  );
}

function Screen() {
  const { phase, session } = useSession();
  const [isSigningIn, setSigningIn] = useState(false);
  const isSlow = useDelayedFlag(phase === 'starting', 300, 500);
  const done = () => setSigningIn(false);
  const ask = useCallback(() => setSigningIn(true), []);
  if (phase === 'starting') return isSlow ? <Notice title={words.starting} /> : null;
  if (phase === 'signed-out') return <SignInScreen onDone={done} />;
  if (isSigningIn) return <SignInScreen onDone={done} again={{ name: session.name, onBack: done }} />;
  return <Workplace key={`${session.tenant}/${session.user}`} session={session} onSignIn={ask} />;
}

function Update({ update }: { readonly update: AppUpdate }) {
  const [isReady, setReady] = useState(false);
  const [isLater, setLater] = useState(false);
  useEffect(() => {
    const look = () => setReady(update.getSnapshot().state === 'ready');
    look();
    return update.subscribe(look);
  }, [update]);
  return isReady && !isLater ? <UpdateBar onUpdate={() => update.apply()} onLater={() => setLater(true)} /> : null;
}

/** `holdfast.trace(listener)`: outside checkers and the console read the same records as the debug panel. */
function useTrace(): void {
  const page = usePageSync();
  useEffect(() => {
    Object.assign(globalThis, { holdfast: { trace: page.trace } });
  }, [page]);
}
