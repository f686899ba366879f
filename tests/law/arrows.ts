// Who may import whom: the arrows of docs/architecture.md, as the layers test reads them. A folder without a row may import nothing.

/** One row a folder of src, and one each for worker, sw and server: what it may import beside itself. */
export const ARROWS = `
  protocol   :
  core       : protocol
  domain     : protocol core
  platform   : protocol core
  scope      : protocol core platform
  store      : protocol core platform scope
  transport  : protocol core platform scope
  outbox     : protocol core platform scope store transport
  engine     : protocol core platform scope store transport outbox
  host       : protocol core platform scope store transport outbox engine
  client     : protocol core platform scope store transport outbox engine host
  cache      : protocol core platform scope store transport outbox client
  presence   : protocol core platform scope store transport outbox client
  push       : protocol core platform scope store transport outbox client
  channels   : protocol core platform scope store transport outbox client
  feedback   : protocol core platform scope store transport outbox client
  react      : protocol core domain platform scope store transport outbox host client cache presence push channels feedback
  components : protocol core domain platform scope store transport outbox host client cache presence push channels feedback react
  hooks      : protocol core domain platform scope store transport outbox host client cache presence push channels feedback react
  testing    : protocol core platform scope store transport outbox host client react
  lib        : protocol core domain platform scope store transport outbox host client cache presence push channels feedback react components testing
  app        : protocol core domain platform scope store transport outbox host client cache presence push channels feedback react components lib hooks
  worker     : protocol core platform scope store transport outbox engine host
  sw         : protocol core platform scope store transport outbox
  server     : protocol core domain
`;

/** Files that not everybody above their folder may import. */
export const ONLY_FOR = `
  src/store/log-writer.ts : store engine
  src/outbox/append.ts    : outbox client sw
  src/outbox/drain.ts     : outbox engine sw
`;

/** Imports that must not pass: the layers test is of use only while it finds them. */
export const PLANTED: [path: string, text: string][] = [
  ['src/react/a.ts', "import { x } from '../engine/engine.ts';"],
  ['src/engine/a.ts', "const { x } = await import('../client/replica.ts');"],
  ['sw/a.ts', "import type { E } from '../src/engine/api.ts';"],
  ['src/client/a.ts', "export * from '../store/log-writer.ts';"],
  ['src/app/a.tsx', "import '@/engine/engine.ts';"],
  ['server/a.ts', "import { y } from '../src/store/schema.ts';"],
  ['src/core/a.ts', "import z from '../../worker/shared-worker.ts';"],
];
