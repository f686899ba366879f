// What the application says of others at the same order.
import { firstName } from './format.ts';

/** `Kasun`, `Kasun and Ishara`, `Kasun, Ishara and 2 others`. */
function listed(names: readonly string[]): string {
  const [first = '', second = '', ...more] = names.map(firstName);
  if (names.length === 1) return first;
  if (more.length === 0) return `${first} and ${second}`;
  return `${first}, ${second} and ${more.length === 1 ? '1 other' : `${more.length} others`}`;
}

function areOrIs(names: readonly string[]): string {
  return names.length === 1 ? 'is' : 'are';
}

export const team = {
  here: (names: readonly string[]) => `${listed(names)} ${areOrIs(names)} here`,
  editing: (names: readonly string[]) => `${listed(names)} ${areOrIs(names)} editing`,
  unknown: 'Who else is here is not known.',
  typing: (names: readonly string[]) => `${listed(names)} ${areOrIs(names)} typing`,
  locked: (name: string, until: string) =>
    [`${firstName(name)} is editing this order.`, `Stages and payment stay open. It unlocks when they are done, or by itself at ${until}.`] as const,
  lockedTyped: (name: string, until: string) =>
    [
      `${firstName(name)} is editing this order too, until ${until} at the latest.`,
      'What you typed is still here; saved now, it goes out when they are done.',
    ] as const,
  lost: ['Your lock ended.', 'What you typed is still here; saving shows you first what changed.'],
  push: {
    title: 'Notifications',
    name: 'Tell this device when a car is ready',
    detail: 'Also while the application is closed. They end when you sign out.',
    denied: 'The browser does not allow notifications here. Its settings for this site change that.',
    unsupported: 'This browser offers no notifications here. They need https, and on an iPhone or iPad the installed application.',
    reading: 'Looking.',
    failed: 'That did not work. Try again in a moment.',
  },
  initials: (name: string) =>
    name
      .trim()
      .split(/\s+/)
      .slice(0, 2)
      .map((part) => part.charAt(0).toUpperCase())
      .join(''),
} as const;
