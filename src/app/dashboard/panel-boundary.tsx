// A panel that can't be drawn says so in its place; the others stay.
import { Component, type ReactNode } from 'react';
import { words } from '../words.ts';

export class PanelBoundary extends Component<{ readonly children: ReactNode }, { readonly hasFailed: boolean }> {
  override readonly state = { hasFailed: false };

  static getDerivedStateFromError(): { readonly hasFailed: boolean } {
    return { hasFailed: true };
  }

  override render(): ReactNode {
    if (!this.state.hasFailed) return this.props.children;
    return (
      <section className="panel panel-failed">
        <p>{words.dashboard.failed}</p>
        <button type="button" className="button button-outline" onClick={() => this.setState({ hasFailed: false })}>
          {words.dashboard.again}
        </button>
      </section>
    );
  }
}
