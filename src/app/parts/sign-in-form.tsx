// The sign-in page: who, the secret, one button. Pasting and password managers work; a mistake is said beside its field.
import { CloudUpload, Eye, EyeOff } from 'lucide-react';
import { useRef, useState, type FormEvent } from 'react';
import { words } from '../words.ts';
import { Logo } from './glyph.tsx';

export interface SignInFormProps {
  /** True where a session ended and somebody was at work. */
  readonly isAgain: boolean;
  /** What waits on this device for the person whose session ended. */
  readonly parked?: Parked;
  /** What the last attempt came to, in words; null before one. */
  readonly failure: string | null;
  readonly isBusy: boolean;
  onSubmit(email: string, password: string): void;
  /** Version of the application, for people. */
  readonly version: string;
  /** Present where there is a board to go back to. */
  readonly onBack?: () => void;
}

export interface Parked {
  readonly name: string;
  readonly entries: number;
}

interface Mistakes {
  readonly email: string | null;
  readonly password: string | null;
}

const NO_MISTAKES: Mistakes = { email: null, password: null };

export function SignInForm(props: SignInFormProps) {
  const { isAgain, failure, isBusy, onBack } = props;
  const [mistakes, setMistakes] = useState(NO_MISTAKES);
  const form = useRef<HTMLFormElement>(null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const email = fieldValue(form.current, 'email').trim();
    const password = fieldValue(form.current, 'password');
    const found = { email: email === '' ? words.signIn.emailMissing : null, password: password === '' ? words.signIn.passwordMissing : null };
    setMistakes(found);
    if (found.email || found.password) focusField(form.current, found.email ? 'email' : 'password');
    else if (!isBusy) props.onSubmit(email, password);
  };
  return (
    <div className="sign-in">
      <Claim version={props.version} />
      <main className="sign-in-main">
        <form ref={form} className="sign-in-form" onSubmit={submit} noValidate aria-labelledby="sign-in-title">
          <h1 id="sign-in-title">{isAgain ? words.signIn.again : words.signIn.title}</h1>
          <p className="sign-in-lead">{isAgain ? words.signIn.againLead : words.signIn.lead}</p>
          {props.parked && <ParkedNote {...props.parked} />}
          <EmailField mistake={mistakes.email} />
          <PasswordField mistake={mistakes.password} />
          <p className="sign-in-failure" role="alert">
            {failure}
          </p>
          <button type="submit" className="button button-primary button-tall" aria-disabled={isBusy ? true : undefined}>
            {isBusy ? words.signIn.busy : words.signIn.submit}
          </button>
          {onBack && (
            <button type="button" className="link-button" onClick={onBack}>
              {words.signIn.back}
            </button>
          )}
        </form>
      </main>
    </div>
  );
}

function ParkedNote({ name, entries }: Parked) {
  return (
    <p className="sign-in-parked">
      <CloudUpload className="icon" aria-hidden="true" />
      <span>
        <strong>{words.signIn.parked(entries, name)}</strong> {words.signIn.parkedDetail(name)}
      </span>
    </p>
  );
}

function Claim({ version }: { readonly version: string }) {
  return (
    <header className="claim">
      <p className="claim-brand">
        <Logo />
        {words.product}
      </p>
      <p className="claim-words">
        {words.signIn.claim.map((line) => (
          <span key={line}>{line}</span>
        ))}
      </p>
      <p className="claim-promise">{words.signIn.promise}</p>
      <p className="claim-version">{words.signIn.version(version)}</p>
    </header>
  );
}

function EmailField({ mistake }: { readonly mistake: string | null }) {
  return (
    <div className="field">
      <label htmlFor="sign-in-email">{words.signIn.email}</label>
      <input
        id="sign-in-email"
        name="email"
        type="email"
        autoComplete="username"
        inputMode="email"
        spellCheck={false}
        autoCapitalize="none"
        {...mistakeProps('sign-in-email', mistake)}
      />
      <FieldError id="sign-in-email" text={mistake} />
    </div>
  );
}

function PasswordField({ mistake }: { readonly mistake: string | null }) {
  const [isShown, setShown] = useState(false);
  const Icon = isShown ? EyeOff : Eye;
  return (
    <div className="field">
      <label htmlFor="sign-in-password">{words.signIn.password}</label>
      <div className="field-box">
        <input
          id="sign-in-password"
          name="password"
          type={isShown ? 'text' : 'password'}
          autoComplete="current-password"
          {...mistakeProps('sign-in-password', mistake)}
        />
        <button
          type="button"
          className="field-button"
          aria-label={isShown ? words.signIn.hidePassword : words.signIn.showPassword}
          onClick={() => setShown(!isShown)}
        >
          <Icon className="icon" aria-hidden="true" />
        </button>
      </div>
      <FieldError id="sign-in-password" text={mistake} />
    </div>
  );
}

function FieldError({ id, text }: { readonly id: string; readonly text: string | null }) {
  return text === null ? null : (
    <p id={`${id}-error`} className="field-error">
      {text}
    </p>
  );
}

function mistakeProps(id: string, mistake: string | null) {
  return mistake === null ? {} : { 'aria-invalid': true, 'aria-describedby': `${id}-error` };
}

function fieldValue(form: HTMLFormElement | null, name: string): string {
  const value = form ? new FormData(form).get(name) : null;
  return typeof value === 'string' ? value : '';
}

function focusField(form: HTMLFormElement | null, name: string): void {
  const field = form?.elements.namedItem(name);
  if (field instanceof HTMLInputElement) field.focus();
}
