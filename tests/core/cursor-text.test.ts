import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { EMPTY_SEQUENCER, stepSequencer } from '../../src/core/cursor.ts';
import { POLICY } from '../../src/core/policy.ts';
import { formatCursor, parseCursor } from '../../src/protocol/cursor.ts';

const epochs = fc.stringMatching(/^[A-Za-z0-9-]{1,64}$/);
const checks = fc.stringMatching(/^[0-9a-f]{8}$/);
const seqs = fc.integer({ min: 0, max: 9_007_199_254_740_991 });

test('[CUR1] what is written is read back, field by field', () => {
  fc.assert(
    fc.property(epochs, seqs, checks, (epoch, seq, check) => {
      const text = formatCursor(epoch, seq, check);
      expect(parseCursor(text)).toEqual({ text, epoch, seq, check });
    }),
  );
});

test('[CUR1] texts of one epoch sort as their sequences do', () => {
  fc.assert(
    fc.property(epochs, seqs, seqs, checks, (epoch, a, b, check) => {
      expect(formatCursor(epoch, a, check) < formatCursor(epoch, b, check)).toBe(a < b);
    }),
  );
});

test('[CUR2] whatever is not a cursor is read as null and never throws', () => {
  const valid = formatCursor('e1', 7, '0123abcd');
  fc.assert(
    fc.property(fc.oneof(fc.anything(), fc.string()), (value) => {
      expect(parseCursor(value)).toBeNull();
    }),
  );
  const hostile = [
    ...[`${valid} `, ` ${valid}`, `${valid}\n`, valid.toUpperCase(), valid.slice(2), valid.slice(0, -1)],
    ...[`e1_${'9'.repeat(16)}_0123abcd`, 'e1_7_0123abcd', 'é1_0000000000000007_0123abcd', `${'e'.repeat(65)}_0000000000000007_0123abcd`],
  ];
  expect(hostile.filter((text) => parseCursor(text) !== null)).toEqual([]);
});

test('[CUR3] equality is of the whole text: the same place of another history is another cursor', () => {
  const mine = formatCursor('e1', 7, '0123abcd');
  const here = stepSequencer(EMPTY_SEQUENCER, { type: 'moved', cursor: mine }, 0, POLICY)[0];
  const heard = (cursor: string) => stepSequencer(here, { type: 'heartbeat', cursor }, 0, POLICY);
  expect(heard(mine)).toEqual([here, []]);
  expect(heard(formatCursor('e1', 7, '0123abce'))[1]).toEqual([{ do: 'resync', reason: 'forked' }]);
  expect(heard(formatCursor('e2', 7, '0123abcd'))[1]).toEqual([{ do: 'resync', reason: 'unknown' }]);
});
