// A page that can say only one thing.
import type { ReactNode } from 'react';
import { Logo } from './glyph.tsx';

export function Notice({ title, detail, children }: { readonly title: string; readonly detail?: string; readonly children?: ReactNode }) {
  return (
    <main className="notice">
      <Logo />
      <h1>{title}</h1>
      {detail !== undefined && <p>{detail}</p>}
      {children}
    </main>
  );
}
