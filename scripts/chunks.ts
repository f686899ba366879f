// How code is cut into chunks, the same for the application and for `npm run size`. What a start needs is one file: left to itself the bundler
// makes a file of each set of modules that the start shares with some later chunk, which compresses worse and is fetched one after the other.

const start = { name: 'start', tags: ['$initial' as const], priority: 1 };

/** A page's requests: who is signed in is asked at each start, behind what the disk already showed. One file instead of one for each part. */
export const pageChunks = { groups: [start, { name: 'requests', test: /\/src\/(transport|protocol)\// }] };

/**
 * What must come first is small: locks, database, term. The round (ingest, connection, transport) is fetched meanwhile. What no start needs is
 * fetched once the connection has changed for the first time, and is there when the network is not. A device's first synchronisation waits for
 * code of its own: one file more, not one for each part.
 */
export const workerChunks = {
  groups: [
    start,
    {
      name: 'round',
      test: /\/eventsource-parser\/|\/src\/(core\/|engine\/(round|ingest|connect|connection-notes|receive|sweep|watch)\.ts|transport\/(sse|sse-reader|event-gate|classify|dial|fetch-once|next-chunk|abort-race|request-headers)\.ts|protocol\/(event|json|cursor)\.ts)/,
    },
    { name: 'later', test: /\/src\/(engine\/(later|mend|end-sentence|poll-once|take-snapshot)|transport\/(polling|follow-redirect|problem-code))\.ts$/ },
    { name: 'first-sync', test: /\/src\/(transport\/(snapshot|exchange|body|deadline)|protocol\/(snapshot|problem|document)|store\/(log-reset|restart))\.ts$/ },
  ],
};
