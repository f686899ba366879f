// Setup of every unit test: what React did outside of `act` was not looked at by the test that caused it, and fails it.
import { afterEach } from 'vitest';

const unseen: string[] = [];
const { error } = console;

console.error = (...said: unknown[]) => {
  const [text] = said;
  if (typeof text === 'string' && text.includes('not wrapped in act')) unseen.push(text.split('\n', 1)[0] ?? text);
  error(...said);
};

afterEach(() => {
  const [first] = unseen.splice(0);
  if (first !== undefined) throw new Error(first);
});
