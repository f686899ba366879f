// What an order costs and what was paid for it: a collection of its own, so that a kiosk never sees an amount.

export interface Payment {
  readonly id: string;
  readonly orderId: string;
  /** Whole rupees (the demo's currency has no minor unit in daily use). */
  readonly amount: number;
  readonly currency: 'LKR';
  readonly state: 'due' | 'paid' | 'refunded';
  readonly method: 'cash' | 'card' | null;
  readonly paidAt: string | null;
}
