// Scopes beside a page's own: one for each name, with the page's options, and not without end.
import { expect, test } from 'vitest';
import { DEFAULT_CONFIGURATION } from '../../src/client/state/configuration.ts';
import { besidePage } from '../../src/client/page-beside.ts';
import { createPageSync } from '../../src/client/page-sync.ts';

test('[DLV8] the same name is the same scope, and the oldest is forgotten beyond sixteen', () => {
  const page = createPageSync({ configuration: DEFAULT_CONFIGURATION, enablePersistence: true, baseUrl: 'http://there' });
  const first = besidePage(page, { tenant: 'a', user: 'u' });
  expect(besidePage(page, { tenant: 'a', user: 'u' })).toBe(first);
  expect(first.options).toMatchObject({ baseUrl: 'http://there', named: { tenant: 'a', user: 'u' } });
  expect(besidePage(page, { tenant: 'a', user: 'v' })).not.toBe(first);
  for (let n = 0; n < 15; n++) besidePage(page, { tenant: `t${n}`, user: 'u' });
  expect(page.others.size).toBe(16);
  expect(besidePage(page, { tenant: 'a', user: 'u' })).not.toBe(first);
});
