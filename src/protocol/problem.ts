// The body of a refusal (RFC 9457), of which whatever can be read is believed.
import { decodeDocument } from './document.ts';
import type { Problem } from './http.ts';
import { isObject } from './json.ts';

export function decodeProblem(value: unknown): Partial<Problem> {
  if (!isObject(value)) return {};
  const text = (key: string) => (typeof value[key] === 'string' ? { [key]: value[key] } : {});
  const current = decodeDocument(value['current']);
  const { changedBy } = value;
  const [user, name] = isObject(changedBy) ? [changedBy['user'], changedBy['name']] : [];
  const author = typeof user === 'string' && typeof name === 'string' ? { changedBy: { user, name } } : {};
  return { ...text('code'), ...text('title'), ...text('detail'), ...text('field'), ...text('expected'), ...(current ? { current } : {}), ...author };
}
