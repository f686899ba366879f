// A message's shape can't change unseen: the hash of all shapes in src/protocol is pinned beside the version they belong to.
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { PROTOCOL_VERSION } from '../../src/protocol/version.ts';
import { readSources, type Source } from './sources.ts';

const PINNED = { version: 1, shapes: '3e7e521410a22379' };

/** Types and constants alone, so that neither a comment, nor the format, nor the inside of a decoder changes the hash. */
const shapeOf = ({ text }: Source) =>
  text
    .replaceAll(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, '')
    .replaceAll(/^(?:export )?(?:async )?function [\s\S]*?^\}|^import [\s\S]*?;$/gm, '')
    .replaceAll(/\s+|[,;](?=\s*[}\])])|(?<=[=:<(])\s*\|/g, '');
const fingerprint = (sources: Source[]) =>
  createHash('sha256')
    .update(
      sources
        .map((source) => `${source.path}:${shapeOf(source)}`)
        .toSorted()
        .join('\n'),
    )
    .digest('hex')
    .slice(0, 16);

test('the protocol has the shapes that its version stands for', () => {
  const now = { version: PROTOCOL_VERSION, shapes: fingerprint(readSources('src/protocol/*.ts')) };
  expect(
    now,
    'A protocol shape changed. If an older reader would misread it, raise PROTOCOL_VERSION; if it was only added to, do not. Then pin the new pair here.',
  ).toEqual(PINNED);
});
test('a changed field changes the hash, a comment or a line break does not', () => {
  const hash = (text: string) => fingerprint([{ path: 'a.ts', text }]);
  const shape = 'export interface A {\n  /** b */\n  readonly b: string; // why\n}\nfunction f() {\n  return 1;\n}\n';
  expect(hash(shape)).toBe(hash('export interface A { readonly b: string }\nfunction f() {\n  return 2;\n}\n'));
  expect(hash(shape)).not.toBe(hash(shape.replace('string', 'number')));
});
