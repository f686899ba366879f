import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { findHostileJson } from '../../src/protocol/hostile-json.ts';
import { isObject } from '../../src/protocol/json.ts';

test('[JSON1] what JSON.parse makes of ordinary data within the bound is let through', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 6, stringUnit: 'grapheme' }), (text) => {
      if (!/__proto__|constructor/.test(text)) expect(findHostileJson(JSON.parse(text), 64)).toBeNull();
    }),
  );
});

test('[JSON1] depth counts levels of objects and lists alike', () => {
  const nested = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels));
  expect(findHostileJson(nested(3), 2)).toBeNull();
  expect(findHostileJson(nested(4), 2)).toBe('too-deep');
  expect(findHostileJson(nested(100_000), 64)).toBe('too-deep');
});

test('[JSON2] a polluting key is found wherever it stands', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('list', 'object'), { maxLength: 20 }), (path) => {
      const text = path.reduce((inner, step) => (step === 'list' ? `[1,${inner}]` : `{"a":${inner}}`), '{"__proto__":{"x":1}}');
      expect(findHostileJson(JSON.parse(text), 64)).toBe('forbidden-key');
    }),
  );
});

test('[JSON2] a field that is merely called constructor is data', () => {
  expect(findHostileJson({ constructor: 'Opel' }, 64)).toBeNull();
  expect(findHostileJson({ constructor: { name: 'Opel' } }, 64)).toBeNull();
  expect(findHostileJson({ constructor: { prototype: {} } }, 64)).toBe('forbidden-key');
});

test('an object is an object: no list, no null', () => {
  expect([{}, Object.create(null), [], null, 'a', 1, undefined].map(isObject)).toEqual([true, true, false, false, false, false, false]);
});
