// How a page gets into bare mode: its manager, made over the application's source. In a production build that code is fetched when the page starts; elsewhere
// it is there before, so that in a test the source is opened in the mount effect itself.
import type { EventSourceFactory } from './bare-source.ts';
import type { PageSyncOptions } from '../page-sync.ts';

const load = () => import('./bare-manager.ts');
const ready = import.meta.env?.PROD ? null : await load();

/**
 * For `PageSyncOptions.bare`. Without a factory it is undefined, except where nothing can run an engine but there is an EventSource (tests that put one
 * there): then that is the stream.
 */
export function bareOver(given: EventSourceFactory | undefined): PageSyncOptions['bare'] {
  const factory = given ?? (typeof Worker === 'undefined' && typeof EventSource === 'function' ? EventSource : null);
  return factory ? (options) => ready?.createBareManager(options, factory) ?? load().then((made) => made.createBareManager(options, factory)) : undefined;
}
