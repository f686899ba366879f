// What the parts of the dashboard are made of: a titled card, and facts in it.
import { useId, type ReactNode } from 'react';

export interface PartProps {
  readonly title: string;
  /** Stands beside the title. */
  readonly aside?: ReactNode;
  /** Takes two columns where there are some. */
  readonly isWide?: boolean;
  readonly children: ReactNode;
}

export function Part({ title, aside, isWide = false, children }: PartProps) {
  const id = useId();
  return (
    <section className={isWide ? 'hf-card hf-part-wide' : 'hf-card'} aria-labelledby={id}>
      <header className="hf-head">
        <h2 id={id}>{title}</h2>
        {aside}
      </header>
      {children}
    </section>
  );
}

export function Facts({ rows }: { readonly rows: readonly (readonly [name: string, value: string])[] }) {
  return (
    <dl className="hf-facts">
      {rows.map(([name, value]) => (
        <div key={name} className="hf-fact">
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Said where a part has nothing to show. */
export function Empty({ isLoading, children }: { readonly isLoading: boolean; readonly children: ReactNode }) {
  return <p className="hf-none">{isLoading ? 'Loading' : children}</p>;
}
