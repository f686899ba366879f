// A washing bay. It stays busy with a finished job until the car is driven out ("clear bay").

export interface Bay {
  readonly id: string;
  readonly number: number;
  readonly name: string;
  readonly state: 'free' | 'busy' | 'blocked';
  readonly jobId: string | null;
  /** `by` is a name for showing, not an identity. */
  readonly blocked: { readonly reason: string; readonly by: string; readonly at: string; readonly note: string } | null;
}
