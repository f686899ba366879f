// Signing in: the form, and what each answer means in words.
import { useState } from 'react';
import { SyncError, useSession } from '@/lib/sync';
import { SignInForm } from './parts/sign-in-form.tsx';
import { words } from './words.ts';

export interface SignInScreenProps {
  /** True where a session ended while somebody was at work. */
  readonly isAgain: boolean;
  onDone(): void;
  readonly onBack?: () => void;
}

export function SignInScreen({ isAgain, onDone, onBack }: SignInScreenProps) {
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
  const back = onBack ? { onBack } : {};
  return (
    <SignInForm
      isAgain={isAgain}
      isBusy={isBusy}
      failure={failure}
      version={__VERSION__}
      onSubmit={(email, password) => void submit(email, password)}
      {...back}
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
