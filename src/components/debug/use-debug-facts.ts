// Everything that the panel shows, gathered while it is open: health and trace of the page's manager, beats and leases from the bus, and a
// look at the disk every few seconds. It changes nothing: all that it says is the question who leads.
import { useCallback, useEffect, useState } from 'react';
import type { Health } from '../../client/health/health.ts';
import type { SyncManager } from '../../client/sync-manager.ts';
import type { TraceRecord } from '../../client/trace/trace.ts';
import { decodeBusMessage, type Beat } from '../../protocol/frame.ts';
import { PROTOCOL_VERSION } from '../../protocol/version.ts';
import { NOBODY } from '../../react/nobody.ts';
import { useManager } from '../../react/provider.tsx';
import { useTopic } from '../../react/use-topic.ts';
import { scopeNames } from '../../scope/scope.ts';
import { addRecords, EMPTY_LOG, MAX_RECORDS, pauseLog, type RecordLog } from './record-log.ts';
import { readStorageUse, type StorageUse } from './storage-use.ts';
import { noteTab, type TabRow } from './tab-list.ts';

export interface DebugView {
  readonly manager: SyncManager | null;
  readonly health: Health;
  readonly beat: Beat | null;
  readonly tabs: readonly TabRow[];
  /** Random id of this page load; null before its first record. */
  readonly page: string | null;
  readonly storage: StorageUse | null;
  readonly log: RecordLog;
  readonly pause: (isPaused: boolean) => void;
}

/** A burst of events is one change of the log. */
const GATHER_MS = 250;
const LOOK_MS = 5_000;

export function useDebugView(): DebugView {
  const manager = useManager();
  const health = useTopic(manager?.health ?? NOBODY.health);
  const [log, page, pause] = useRecords(manager);
  const [beat, tabs] = useBus(manager);
  return { manager, health, beat, tabs, page, storage: useStorage(manager), log, pause };
}

function useRecords(manager: SyncManager | null): [RecordLog, string | null, (isPaused: boolean) => void] {
  const [log, setLog] = useState(EMPTY_LOG);
  const [page, setPage] = useState<string | null>(null);
  const pause = useCallback((isPaused: boolean) => setLog((before) => pauseLog(before, isPaused)), []);
  useEffect(() => {
    if (!manager) return;
    let waiting: TraceRecord[] = [];
    const end = manager.trace((record) => {
      waiting.push(record);
      if (waiting.length > MAX_RECORDS * 2) waiting = waiting.slice(-MAX_RECORDS);
    });
    const flush = () => {
      const records = waiting;
      waiting = [];
      if (records.length === 0) return;
      const mine = records.find(({ k }) => k === 'P.start')?.['page'];
      if (typeof mine === 'string') setPage(mine);
      setLog((before) => addRecords(before, records));
    };
    flush();
    const timer = setInterval(flush, GATHER_MS);
    return () => {
      end();
      clearInterval(timer);
      setLog(EMPTY_LOG);
    };
  }, [manager]);
  return [log, page, pause];
}

function useBus(manager: SyncManager | null): [Beat | null, readonly TabRow[]] {
  const [beat, setBeat] = useState<Beat | null>(null);
  const [tabs, setTabs] = useState<readonly TabRow[]>([]);
  useEffect(() => {
    if (!manager) return;
    const channel = new BroadcastChannel(scopeNames(manager.scope).bus);
    channel.addEventListener('message', ({ data }) => {
      const message = decodeBusMessage(data);
      if (message.k === 'beat') setBeat(message);
      if (message.k === 'lease') setTabs((before) => noteTab(before, message, Date.now()));
    });
    channel.postMessage({ v: PROTOCOL_VERSION, k: 'ask', page: 'debug' });
    // Changes nothing, but this page says its lease now, not in ten seconds.
    manager.configure({});
    return () => {
      channel.close();
      setBeat(null);
      setTabs([]);
    };
  }, [manager]);
  return [beat, tabs];
}

function useStorage(manager: SyncManager | null): StorageUse | null {
  const [use, setUse] = useState<StorageUse | null>(null);
  useEffect(() => {
    if (!manager) return;
    let isOver = false;
    const look = async () => {
      if (document.visibilityState === 'hidden') return;
      const found = await readStorageUse(scopeNames(manager.scope).database);
      if (!isOver) setUse(found);
    };
    void look();
    const timer = setInterval(() => void look(), LOOK_MS);
    return () => {
      isOver = true;
      clearInterval(timer);
      setUse(null);
    };
  }, [manager]);
  return use;
}
