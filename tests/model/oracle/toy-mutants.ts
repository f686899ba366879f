// The defects that the oracle names, each with the rule that must find it within twenty seeds.
import type { Rule } from '../../support/history/violation.ts';

export const TOY_MUTANTS = {
  'cursor stored before the events': 'R6',
  'events stored, cursor in another store': 'R6',
  'cursor moved at the id line': 'R6',
  'doubles known by a set in memory': 'R3',
  'doubles known by the highest seq': 'R2',
  'write deleted before it is sent': 'R7',
  'any answer counts as success': 'R7',
  'new key for each retry': 'R7',
  'outbox not keyed by user': 'R7',
  'no deadline on silence': 'R13',
  'death of the worker unnoticed': 'R13',
  'old leader writes after its thaw': 'R12',
  'age by the wall clock': 'R6',
  'resume without epoch': 'R18',
  'reset taken for a reconnect': 'R2',
  'retry of 2^32 ms': 'R14',
  'native EventSource after a 503': 'R13',
} as const satisfies Readonly<Record<string, Rule>>;

export type MutantName = keyof typeof TOY_MUTANTS;

export const TOY_CONFIG = { HB: 1_000, spreadMs: 500, keepOnLogout: true } as const;
