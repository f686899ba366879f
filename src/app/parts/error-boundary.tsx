// The last net: a screen that failed to draw says so and offers to load again. Data and writes are none of its business.
import { Component, type ReactNode } from 'react';
import { words } from '../words.ts';
import { Notice } from './notice.tsx';

export class ErrorBoundary extends Component<{ readonly children: ReactNode; reload(): void }, { readonly hasFailed: boolean }> {
  override readonly state = { hasFailed: false };

  static getDerivedStateFromError(): { readonly hasFailed: boolean } {
    return { hasFailed: true };
  }

  override render(): ReactNode {
    if (!this.state.hasFailed) return this.props.children;
    return (
      <Notice title={words.failed.title} detail={words.failed.detail}>
        <button type="button" className="button button-primary" onClick={() => this.props.reload()}>
          {words.failed.reload}
        </button>
      </Notice>
    );
  }
}
