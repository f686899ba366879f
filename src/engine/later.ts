// What an engine needs only after its start: one chunk, fetched with the first change of the connection, so that it is there when the network
// is not.
export { endSentence } from './end-sentence.ts';
export { createMender } from './mend.ts';
export { pollOnce } from './poll-once.ts';
export { takeSnapshot } from './take-snapshot.ts';
