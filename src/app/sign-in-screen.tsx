// Signing in: the form, and what each answer means in words.
import { useState } from 'react';
import { SyncError, useOutbox, useSession } from '@/lib/sync';
import { firstName } from './format.ts';
import { SignInForm, type Parked } from './parts/sign-in-form.tsx';
import { words } from './words.ts';

export interface SignInScreenProps {
  onDone(): void;
  /** Where a session ended while somebody was at work. */
  readonly again?: { readonly name: string; onBack(): void };
}

export function SignInScreen({ onDone, again }: SignInScreenProps) {
  return again ? <SignInAgain onDone={onDone} {...again} /> : <SigningIn onDone={onDone} />;
}

function SignInAgain({ name, onDone, onBack }: { readonly name: string; onDone(): void; onBack(): void }) {
  const entries = useOutbox().entries.length;
  return <SigningIn onDone={onDone} onBack={onBack} {...(entries > 0 && { parked: { name: firstName(name), entries } })} />;
}

interface SigningInProps {
  onDone(): void;
  /** Present where a session ended. */
  readonly onBack?: () => void;
  readonly parked?: Parked;
}

function SigningIn({ onDone, ...again }: SigningInProps) {
  const { signIn } = useSession();
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const submit = async (email: string, password: string) => {
    setBusy(true);
    setFailure(null);
    try {
      await signIn(email, password);
      onDone();
    } catch (error) {
      setFailure(signInFailure(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <SignInForm
      isAgain={again.onBack !== undefined}
      isBusy={isBusy}
      failure={failure}
      version={__VERSION__}
      onSubmit={(email, password) => void submit(email, password)}
      {...again}
    />
  );
}

export function signInFailure(error: unknown): string {
  if (!(error instanceof SyncError)) return words.signIn.failed(String(error));
  switch (error.code) {
    case 'auth/failed':
      return words.signIn.wrong;
    case 'net/offline':
    case 'net/timeout':
    case 'net/server':
      return words.signIn.away;
    case 'rate/limited':
      return words.signIn.limited;
    default:
      return words.signIn.failed(error.message);
  }
}
