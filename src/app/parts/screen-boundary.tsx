// A page that failed to load or to draw says so in its place; the frame around it stays, with the way to every other page.
import { Component, type ReactNode } from 'react';
import { words } from '../words.ts';
import { MAIN_ID } from './page.tsx';

export class ScreenBoundary extends Component<{ readonly children: ReactNode }, { readonly hasFailed: boolean }> {
  override readonly state = { hasFailed: false };

  static getDerivedStateFromError(): { readonly hasFailed: boolean } {
    return { hasFailed: true };
  }

  override render(): ReactNode {
    if (!this.state.hasFailed) return this.props.children;
    return (
      <main id={MAIN_ID} className="page-note" tabIndex={-1}>
        <h1 className="title">{words.page.failed}</h1>
        <p>{words.page.detail}</p>
        <button type="button" className="button button-primary" onClick={() => location.reload()}>
          {words.page.again}
        </button>
      </main>
    );
  }
}
