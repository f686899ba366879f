// Stages as people say them.
import type { ShownStageName } from '../domain/selectors.ts';

export const STAGE_NAMES: Readonly<Record<ShownStageName, string>> = {
  draft: 'Draft',
  waiting: 'Waiting',
  washing: 'Washing',
  drying: 'Drying',
  ready: 'Ready',
  paid: 'Paid',
  done: 'Handed over',
  cancelled: 'Cancelled',
};
