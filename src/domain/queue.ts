// The queue of a branch: the cars that wait, in order. Being in the queue is this document's business, not a stage.

export interface Queue {
  readonly id: string;
  readonly name: string;
  readonly entries: readonly { readonly orderId: string; readonly since: string }[];
}
