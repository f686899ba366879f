// How code is cut into chunks, the same for the application and for `npm run size`. What a start needs is one file: left to itself the bundler
// makes a file of each set of modules that the start shares with some later chunk, which compresses worse and is fetched one after the other.

const start = { name: 'start', tags: ['$initial' as const], priority: 1 };

/** A page's requests: who is signed in is asked at each start, behind what the disk already showed. One file instead of one for each part. */
export const pageChunks = { groups: [start, { name: 'requests', test: /\/src\/(transport|protocol)\// }] };

/** A device's first synchronisation waits for its code: one more file, not one for each part. */
export const workerChunks = {
  groups: [
    start,
    { name: 'first-sync', test: /\/src\/(transport\/(snapshot|exchange|body|deadline)|protocol\/(snapshot|problem|document)|store\/(log-reset|restart))\.ts$/ },
  ],
};
