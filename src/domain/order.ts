// An order: one car, one service, from the gate to the key. Amounts and contact data are not here: see payment and customer.

export const STAGES = ['empty', 'initiated', 'in_progress', 'ready', 'paid', 'completed', 'cancelled'] as const;
export type Stage = (typeof STAGES)[number];

export interface Service {
  readonly code: string;
  readonly name: string;
  /** Planned duration. */
  readonly minutes: number;
  /** False for services that leave the drying step out. */
  readonly drying: boolean;
}

export interface Order {
  readonly id: string;
  /** Short number that people say, unique in its branch. */
  readonly number: number;
  readonly stage: Stage;
  readonly plate: string;
  readonly vehicle: string;
  readonly colour: string;
  readonly service: Service;
  readonly bayId: string | null;
  readonly jobId: string | null;
  readonly customerId: string | null;
  readonly paymentId: string | null;
  /** Payment is a fact of its own and may come before the car is ready. */
  readonly paid: boolean;
  /** ISO times. */
  readonly createdAt: string;
  readonly promisedAt: string;
  readonly updatedAt: string;
  /** When each stage was last entered. */
  readonly stageAt: Readonly<Partial<Record<Stage, string>>>;
  /** The last move: what an undo goes back to, and who may undo it. */
  readonly lastMove: { readonly from: Stage; readonly to: Stage; readonly by: string; readonly at: string } | null;
  readonly notes: string;
  /** Why it was cancelled; null while it isn't. */
  readonly cancelled: string | null;
}
