// What buttons say, what they are called where the label alone doesn't say which car, and what is said when it is done.
import type { BoardAction } from '../domain/board-action.ts';
import { STAGE_NAMES } from './words-stages.ts';

const LABELS: Readonly<Record<Exclude<BoardAction['kind'], 'start' | 'take-payment' | 'back'>, string>> = {
  'to-drying': 'To drying',
  ready: 'Ready',
  clear: 'Clear bay',
  reopen: 'Reopen bay',
  'hand-over': 'Hand over',
  enqueue: 'To the queue',
  cancel: 'Cancel order',
  note: 'Save note',
  undo: 'Undo',
};

export function actionLabel(action: BoardAction): string {
  switch (action.kind) {
    case 'start':
      return `Start ${action.plate}`;
    case 'take-payment':
      return action.method === 'cash' ? 'Cash' : 'Card';
    case 'back':
      return `Back to ${STAGE_NAMES[action.to].toLowerCase()}`;
    default:
      return LABELS[action.kind];
  }
}

export function actionName(action: BoardAction): string {
  switch (action.kind) {
    case 'to-drying':
      return `${action.plate} to drying`;
    case 'ready':
      return `${action.plate} ready`;
    case 'clear':
      return `Clear ${action.bayName}`;
    case 'reopen':
      return `Reopen ${action.bayName}`;
    case 'take-payment':
      return `${action.plate} paid by ${action.method}`;
    case 'hand-over':
      return `Hand over ${action.plate}`;
    case 'enqueue':
      return `${action.plate} to the queue`;
    case 'back':
      return `${action.plate} back to ${STAGE_NAMES[action.to].toLowerCase()}`;
    case 'cancel':
      return `Cancel order ${action.plate}`;
    case 'note':
      return `Save note for ${action.plate}`;
    default:
      return actionLabel(action);
  }
}

/** The car, or the bay. */
export function actionSubject(action: BoardAction): string {
  return 'plate' in action ? action.plate : action.bayName;
}

export function doneText(action: BoardAction): string {
  switch (action.kind) {
    case 'start':
      return `${action.plate} started.`;
    case 'ready':
      return `${action.plate} marked ready.`;
    case 'hand-over':
      return `${action.plate} handed over.`;
    case 'enqueue':
      return `${action.plate} waits in the queue.`;
    case 'cancel':
      return `${action.plate} cancelled.`;
    case 'note':
      return action.notes === '' ? `Note for ${action.plate} removed.` : `Note for ${action.plate} saved.`;
    default:
      return actionName(action);
  }
}
