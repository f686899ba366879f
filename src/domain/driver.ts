// A driver brings cars and takes them back.

export interface Driver {
  readonly id: string;
  readonly name: string;
  readonly state: 'online' | 'offline' | 'driving';
  readonly orderId: string | null;
}
