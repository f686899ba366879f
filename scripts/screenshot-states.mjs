// States of the application that have to be brought about before they can be photographed: by a proxy that breaks the connection, and by somebody
// else who writes at the same time. In the order in which one device can live through them; each leaves the device live again, the last but one excepted.

const COLLEAGUE = 'kasun@nugegoda.lagooncarcare.example';
const NOTE = 'Scratch on the rear left door, shown to the customer before the wash.';
const THEIRS = 'Customer asks for the mats to be dried separately.';

/** @typedef {{ page: import('@playwright/test').Page, context: import('@playwright/test').BrowserContext, url: string, shoot: (name: string) => Promise<void>, isIn: (state: string) => Promise<void>, proxy: import('../tests/support/fault-proxy.ts').FaultProxy, server: import('../tests/support/server-process.ts').ServerProcess }} Scene */

/** @type {readonly { live: (scene: Scene) => Promise<void>, shows: readonly { name: string, only?: readonly string[] }[] }[]} */
export const STATES = [
  { live: connecting, shows: [{ name: 'board-connecting', only: ['tablet'] }] },
  { live: polling, shows: [{ name: 'board-polling', only: ['phone', 'tablet'] }] },
  { live: unsent, shows: [{ name: 'outbox' }, { name: 'conflict' }, { name: 'order-conflict', only: ['phone', 'tablet'] }] },
  { live: signInAgain, shows: [{ name: 'sign-in-again', only: ['phone', 'tablet'] }] },
];

async function polling({ page, url, shoot, isIn }) {
  await page.goto(`${url}/settings`);
  await page.getByRole('radio', { name: /^Only by asking/ }).check();
  await isIn('polling');
  await page.goto(url);
  await isIn('polling');
  await shoot('board-polling');
  await page.goto(`${url}/settings`);
  await page.getByRole('radio', { name: /^Live/ }).check();
  await isIn('live');
}

/** The first seconds after a start, while nobody has answered yet. */
async function connecting({ page, url, shoot, isIn, proxy }) {
  await page.goto('about:blank');
  const held = proxy.rule('/api/v1/sync/', { do: 'refuse' });
  proxy.drop('/');
  await page.goto(url);
  await isIn('connecting');
  await shoot('board-connecting');
  held();
  proxy.drop('/');
  await page.reload();
  await isIn('live');
}

async function unsent({ page, url, shoot, isIn, proxy, server }) {
  const offline = async () => {
    proxy.rule('/', { do: 'refuse' });
    proxy.drop('/');
    await isIn('offline');
  };
  const other = await server.signIn(COLLEAGUE);
  const { documents } = await other.snapshot();
  const [first, second] = documents.filter(({ collection, doc }) => collection === 'orders' && doc.stage === 'initiated');
  await page.goto(`${url}/orders/${first.id}`);
  await isIn('live');
  await offline();
  await writeNote(page, NOTE);
  await other.edit(first.id, THEIRS);
  proxy.heal();
  await page.locator('.order-needs-you').waitFor({ timeout: 60_000 });
  await isIn('live');
  await shoot('order-conflict');
  await offline();
  await page.goto(`${url}/orders/${second.id}`);
  await writeNote(page, 'Left mirror is loose.');
  // Where a bay is free.
  const start = page.getByRole('button', { name: 'Start washing' });
  if (await start.isVisible()) await start.click();
  await page.locator('.order-unsent .badge-pending').click();
  await page.getByRole('dialog', { name: 'Outbox' }).waitFor();
  await shoot('outbox');
  await page.getByRole('button', { name: 'Choose' }).click();
  const choice = page.getByRole('dialog', { name: 'The note was changed twice' });
  await choice.getByRole('radio').first().check();
  await shoot('conflict');
  await choice.getByRole('button', { name: 'Discard' }).click();
  await page.keyboard.press('Escape');
  proxy.heal();
  await isIn('live');
}

async function writeNote(page, text) {
  await page.getByRole('button', { name: /^(Write a|Change) note$/ }).click();
  await page.locator('.note-field').fill(text);
  await page.getByRole('button', { name: /^Save note/ }).click();
  await page.locator('.note-field').waitFor({ state: 'detached' });
}

async function signInAgain({ page, context, url, shoot, isIn, proxy }) {
  await page.goto(url);
  await isIn('live');
  await context.clearCookies();
  proxy.drop('/');
  await isIn('sign-in');
  await page.locator('.indicator').click();
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByLabel('E-mail').waitFor();
  await shoot('sign-in-again');
}
