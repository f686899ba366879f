// What only the engine can answer, asked over RPC: what lies in its memory, through the same LogReader that the disk has.
import type { CollectionPage, LogPage } from '../../store/contract.ts';
import type { EngineReads } from '../contract.ts';
import type { EngineLink } from '../link/engine-link.ts';

export function createEngineReads(link: Pick<EngineLink, 'call' | 'isDurable'>): EngineReads {
  return {
    isDurable: link.isDurable,
    reader: {
      read: (from) => link.call((engine) => engine.read('read', from)) as Promise<LogPage>,
      history: (limit) => link.call((engine) => engine.read('history', limit)) as Promise<LogPage>,
      collection: (name) => link.call((engine) => engine.read('collection', name)) as Promise<CollectionPage>,
      documents: (keys) => link.call((engine) => engine.read('documents', keys)) as Promise<CollectionPage>,
    },
    inspect: () => link.call((engine) => engine.inspect()),
  };
}
