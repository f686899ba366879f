// The log's reader for an engine, which rarely reads. A module of its own, because what is loaded by name takes an object of names along: pages have the
// reader itself in their first code, and would carry that object, and what makes such objects, in vain.
export { createLogReader } from './log-reader.ts';
