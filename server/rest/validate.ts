// Bodies of writes: JSON in bounds first, then the shape that the write expects. Every refusal names the field and what was expected.
import * as v from 'valibot';
import { findHostileJson } from '../../src/protocol/hostile-json.ts';
import { isObject, type JsonObject } from '../../src/protocol/json.ts';
import { LIMITS } from '../limits.ts';
import { HttpProblem } from '../problem.ts';

/** Reads a JSON object; throws `request/malformed`. */
export function parseObject(text: string): JsonObject {
  const expected = 'a JSON object';
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new HttpProblem('request/malformed', 'The body is not JSON.', { field: 'body', expected });
  }
  if (!isObject(value)) throw new HttpProblem('request/malformed', 'The body is not a JSON object.', { field: 'body', expected });
  const hostile = findHostileJson(value, LIMITS.jsonDepth);
  if (hostile === 'too-deep')
    throw new HttpProblem('request/malformed', 'The body is nested too deeply.', { field: 'body', expected: `at most ${LIMITS.jsonDepth} levels` });
  if (hostile)
    throw new HttpProblem('request/malformed', 'The body has a key that no document may have.', {
      field: 'body',
      expected: 'no __proto__ and no constructor.prototype',
    });
  return value as JsonObject;
}

/** Checks a body against a schema; throws `write/rejected` with the first field that is wrong. */
export function validate<const Schema extends v.GenericSchema>(schema: Schema, body: JsonObject): v.InferOutput<Schema> {
  const result = v.safeParse(schema, body, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const field = v.getDotPath(issue) ?? 'body';
  const expected = issue.expected === 'never' ? 'no such field' : issue.message;
  throw new HttpProblem('write/rejected', `${field} is not as expected.`, { field, expected });
}

/** Text of `min` to `max` characters, outer spaces taken off. */
export function textOf(min: number, max: number) {
  const expected = min === 0 ? `text of at most ${max} characters` : `text of ${min} to ${max} characters`;
  return v.pipe(v.string(expected), v.trim(), v.minLength(min, expected), v.maxLength(max, expected));
}

/** An id as clients make them. */
export const ID = v.pipe(v.string('an id'), v.regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/, 'an id of 1 to 128 letters, digits, _ . -'));

/** A moment; stored in one spelling. */
export const TIME = v.pipe(
  v.string('an ISO 8601 time'),
  v.check((value) => /^\d{4}-\d{2}-\d{2}T/.test(value) && !Number.isNaN(Date.parse(value)), 'an ISO 8601 time'),
  v.transform((value) => new Date(value).toISOString()),
);

/** Who works on a car, by name. */
export const CREW = v.pipe(v.array(textOf(1, 80), 'a list of names'), v.maxLength(10, 'at most 10 names'));

/** At least one field is given. */
export function someField<const Entries extends v.ObjectEntries>(entries: Entries) {
  const names = Object.keys(entries).join(', ');
  return v.pipe(
    v.strictObject(entries),
    v.check((body) => Object.keys(body).length > 0, `at least one of ${names}`),
  );
}
