// How code is cut into chunks, the same for the application and for `npm run size`. What a start needs is one file: left to itself the bundler
// makes a file of each set of modules that the start shares with some later chunk, which compresses worse and is fetched one after the other.

const start = { name: 'start', tags: ['$initial' as const], priority: 1 };
/** What reads a stream's bytes: fetched by an engine at once, while it opens its database. */
const reader = { name: 'reader', test: /\/src\/transport\/(sse-reader|event-bound)\.ts$|\/eventsource-parser\// };

/** Fetched where a Pusher application is named, while polling: by that name it is left out of what is kept for offline use. */
const pusher = { name: 'pusher-js', test: /\/pusher-js\// };

/** The connection's total table: what an engine needs from its first trouble on. */
const machine = { name: 'machine', test: /\/src\/core\/(connection|circuit-breaker|backoff)[^/]*\.ts$/ };

/** Files of src, a line for each folder: `folder name name ...`. */
function files(...lines: readonly string[]): RegExp {
  const folders = lines.map((line) => line.split(' ')).map(([folder = '', ...names]) => `${folder}/(${names.join('|')})`);
  return new RegExp(`/src/(${folders.join('|')})\\.tsx?$`);
}

/**
 * A page's first picture comes from disk with `start` alone. Behind it, fetched meanwhile: what makes it live, and its requests (who is signed in
 * is asked at each start). The stream's own code is for a page that has to run the engine itself.
 */
export const pageChunks = {
  groups: [
    start,
    // Before `live`, so that what both need is here: people can write and sign in where the live part doesn't come.
    {
      name: 'requests',
      test: files(
        'client/session account',
        'client/writes page-sender',
        'scope registry-changes',
        'store wipe',
        'transport send rest-failure exchange body deadline request-headers abort-race problem-code',
        'protocol http problem rpc version',
        'core policy',
      ),
    },
    {
      name: 'live',
      test: files(
        'client live live-page',
        'client/documents seed engine-reads follow-collections replica',
        'client/link engine-link page-bus page-feed page-lease host-keeper silence-watch',
        'client/state page-state',
        'client/health connection-health health-watch metrics',
        'client/consumers lazy-consumers',
        'host choose-host create-host shared-host lazy-host generation',
        'store log-follow block-slices',
        'platform page locks',
        'core document wire-error from-wire final-errors',
        'protocol frame',
      ),
    },
    reader,
    machine,
    { name: 'stream', test: /\/src\/(transport|protocol)\/(?!bare-server|pusher)/ },
    pusher,
  ],
};

/**
 * One file from the lock to the first live event, but for `reader`, which comes while the database opens. What a start that goes well does not need is
 * fetched once it has connected, and is there when the network is not. A device's first synchronisation waits for code of its own: one file more, not one
 * for each part.
 */
export const workerChunks = {
  groups: [
    start,
    reader,
    pusher,
    machine,
    {
      name: 'later',
      test: /\/src\/(engine\/(later|trouble|metrics|lag|sweep|watch|mend|end-sentence|poll-once|take-snapshot)|transport\/(polling|follow-redirect|judge-answer|classify|problem-code))\.ts$/,
    },
    { name: 'first-sync', test: /\/src\/(transport\/(snapshot|exchange|body|deadline)|protocol\/(snapshot|problem|document)|store\/(log-reset|restart))\.ts$/ },
  ],
};
