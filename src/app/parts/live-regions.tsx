// The two places from which a page speaks to a screen reader: one that waits its turn, one that does not.

export interface Spoken {
  readonly polite: string;
  readonly assertive: string;
}

export function LiveRegions({ spoken }: { readonly spoken: Spoken }) {
  return (
    <>
      <p className="unseen" role="status">
        {spoken.polite}
      </p>
      <p className="unseen" role="alert">
        {spoken.assertive}
      </p>
    </>
  );
}
