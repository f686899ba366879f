// Stories that the model once broke on, shrunk: they are played each time, whatever the seed.
import type { Happening } from './outbox-model.ts';

export const FOUND: readonly (readonly [name: string, story: readonly Happening[]])[] = [
  [
    // The judge was wrong: the user had seen the other's value and written it himself.
    'the user writes the value that he saw of another, loses that picture in a power cut, and changes it again: it is his own that he replaces',
    [
      { do: 'other-edits', order: 1, field: 'b', value: 3 },
      { do: 'flush' },
      { do: 'deliver', count: 1 },
      { do: 'write', order: 1, field: 'b', value: 3, policy: 'server' },
      { do: 'power-cut' },
      { do: 'write', order: 1, field: 'a', value: 1, policy: 'server' },
      { do: 'write', order: 1, field: 'b', value: 1, policy: 'server' },
    ],
  ],
  [
    // The judge was wrong: a page without any picture showed its own new entry and nothing else.
    'after a log-out and a power cut there is no picture, and a second create of the same document is all that shows',
    [
      { do: 'create', order: 1 },
      { do: 'drain' },
      { do: 'fly', which: 0, fate: 'arrives' },
      { do: 'fly', which: 0, fate: 'arrives' },
      { do: 'log-out', unsent: 'refuse' },
      { do: 'sign-in', user: 'u1' },
      { do: 'power-cut' },
      { do: 'create', order: 1 },
      { do: 'other-edits', order: 0, field: 'a', value: 1 },
    ],
  ],
  [
    // The product was wrong: what it did not know to be done (b=1) did not count, so that the other's change back to b=4 looked like the user's own.
    'a write of unknown fate is given up, another brings back what the user had written before it, and a later write must not go over that',
    [
      { do: 'write', order: 0, field: 'b', value: 4, policy: 'server' },
      { do: 'drain' },
      { do: 'fly', which: 0, fate: 'arrives' },
      { do: 'write', order: 0, field: 'b', value: 1, policy: 'server' },
      { do: 'fly', which: 0, fate: 'arrives' },
      { do: 'drain' },
      { do: 'fly', which: 0, fate: 'arrives' },
      { do: 'wait', hours: 25 },
      { do: 'write', order: 0, field: 'b', value: 1, policy: 'server' },
      { do: 'other-edits', order: 0, field: 'a', value: 1 },
      { do: 'other-edits', order: 0, field: 'b', value: 4 },
      { do: 'crash' },
    ],
  ],
  [
    // The product was wrong: the row that said so was swept, and the user was asked about himself.
    'a write of unknown fate is remembered while something waits behind it',
    [
      { do: 'stage', order: 0, value: 1, makes: true, policy: 'server' },
      { do: 'drain' },
      { do: 'fly', which: 0, fate: 'arrives' },
      { do: 'stage', order: 0, value: 1, makes: false, policy: 'manual' },
      { do: 'wait', hours: 25 },
      { do: 'drain' },
      { do: 'decide', which: 0, how: 'mine' },
      { do: 'sweep' },
      { do: 'drain' },
    ],
  ],
  [
    // The product was wrong: what an earlier write had changed on the side counted as another's.
    'a write about a document that an earlier one changed on the side does not conflict with it',
    [
      { do: 'stage', order: 0, value: 1, makes: false, policy: 'server' },
      { do: 'write', order: 1, field: 'b', value: 2, policy: 'merge' },
      { do: 'write', order: 1, field: 'a', value: 1, policy: 'manual' },
    ],
  ],
];
