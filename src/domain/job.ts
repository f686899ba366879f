// A job: the work on one order in one bay. At most one active job a bay.

export interface Job {
  readonly id: string;
  readonly orderId: string;
  readonly bayId: string;
  readonly step: 'washing' | 'drying' | 'done';
  readonly state: 'active' | 'finished' | 'cancelled';
  readonly crew: readonly string[];
  readonly targetMinutes: number;
  /** ISO times. */
  readonly startedAt: string;
  readonly stepAt: string;
  readonly finishedAt: string | null;
}
