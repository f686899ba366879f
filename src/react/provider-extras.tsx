// What a provider does where its application asks for it, loaded then: takes over the state of the system before this one, and reports this device's figures.
import { useEffect } from 'react';
import { takeLegacyState } from '../client/state/legacy-state.ts';
import { startMetricsReports, type MetricsReportsDeps } from '../client/health/metrics-reports.ts';
import type { PageSyncOptions } from '../client/page-sync.ts';
import { createBrowserPlatform } from '../platform/browser.ts';
import { useManager, usePageSync } from './provider.tsx';

export interface ProviderExtrasProps {
  readonly storageKey: string | undefined;
  /** True = as often as reports usually come; a number = ms between two. */
  readonly reports: boolean | number;
}

const REPORT_MS = 300_000;

export function ProviderExtras({ storageKey, reports }: ProviderExtrasProps): null {
  const manager = useManager();
  const { options } = usePageSync();
  useEffect(() => {
    if (manager && storageKey) void takeLegacyState(manager, storageKey, Date.now(), localStorage);
  }, [manager, storageKey]);

  useEffect(() => {
    // Without a session there is nobody to report for.
    if (!manager || reports === false || manager.identity.device === '') return;
    const life = new AbortController();
    startMetricsReports(
      {
        ...{ metrics: manager.metrics, device: manager.identity.device, baseUrl: manager.scope.baseUrl },
        clock: createBrowserPlatform().clock,
        intervalMs: reports === true ? REPORT_MS : reports,
        beacon: beaconOf(options, manager.scope.baseUrl),
        onHidden: (listener, signal) => document.addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && listener(), { signal }),
      },
      life.signal,
    );
    return () => life.abort();
  }, [manager, reports, options]);
  return null;
}

/** Where tokens speak for requests: `sendBeacon` carries none. */
function beaconOf({ auth, getToken, named }: PageSyncOptions, baseUrl: string): MetricsReportsDeps['beacon'] {
  if (auth !== 'bearer' || !getToken) return (url, body) => navigator.sendBeacon(url, body);
  const loading = import('../client/session/bearer-beacon.ts');
  const whose = { tenant: named?.tenant ?? null, baseUrl };
  const made = loading.then(({ createBearerBeacon }) => createBearerBeacon(getToken, whose, createBrowserPlatform())).catch(() => null);
  return async (url, body) => (await made)?.(url, body) ?? false;
}
