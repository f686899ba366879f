// What no reader behind a decoder should meet: JSON that is too deep, or whose keys pollute a prototype when copied.
import { isObject, type JsonRefusal } from './json.ts';

/**
 * Walks a parsed value without recursion (structuredClone of 6,000 levels throws; so would we) and names the first
 * thing that no reader downstream should meet: more than `maxDepth` levels, or a key that pollutes a prototype when copied.
 */
export function findHostileJson(value: unknown, maxDepth: number): JsonRefusal | null {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > maxDepth) return 'too-deep';
    const containers = level.filter(isContainer);
    if (containers.some(isPolluting)) return 'forbidden-key';
    level = containers.flatMap((item): unknown[] => Object.values(item).filter(isContainer));
  }
  return null;
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function isPolluting(item: object): boolean {
  if (Object.hasOwn(item, '__proto__')) return true;
  const constructor: unknown = Object.hasOwn(item, 'constructor') ? Reflect.get(item, 'constructor') : null;
  return isObject(constructor) && Object.hasOwn(constructor, 'prototype');
}
