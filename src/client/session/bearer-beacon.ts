// A report with the application's token, which `sendBeacon` can't carry: a request that outlives its page. Loaded where figures are reported with `auth="bearer"`.
import type { Platform } from '../../platform/browser.ts';
import { createBearerNet } from '../../transport/bearer-net.ts';
import { createPageTokens, type GetToken } from './page-tokens.ts';

/** As `navigator.sendBeacon`, but what it answers comes later: false = the report has not arrived. Never rejects. */
export function createBearerBeacon(
  getToken: GetToken,
  { tenant, baseUrl }: { readonly tenant: string | null; readonly baseUrl: string },
  platform: Pick<Platform, 'net' | 'clock' | 'log'>,
): (url: string, body: Blob) => Promise<boolean> {
  const net = createBearerNet(
    platform.net,
    createPageTokens((ask) => getToken({ ...ask, tenant }), platform),
    baseUrl,
  );
  return async (url, body) => {
    const init = { method: 'POST', body, keepalive: true, headers: { 'Content-Type': 'application/json' } };
    return net.fetch(url, init).then(
      ({ ok }) => ok,
      () => false,
    );
  };
}
