// Who owns the car: contact data, seen by managers and workers only.

export interface Customer {
  readonly id: string;
  readonly name: string;
  readonly phone: string;
}
