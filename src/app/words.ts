// Every sentence the application says, in one place: short, present tense, the doer named. No component holds a string of its own.
import type { ShownStage } from '../domain/selectors.ts';
import { lowerFirst, plural } from './plural.ts';
import type { Place } from './routes.ts';
import { dashboard } from './words-dashboard.ts';
import { keys } from './words-keys.ts';
import { actionLabel, actionName, doneText } from './words-actions.ts';
import { newOrder } from './words-new-order.ts';
import { order, orders } from './words-orders.ts';
import { outbox } from './words-outbox.ts';
import { STAGE_NAMES } from './words-stages.ts';
import { settings } from './words-settings.ts';
import { team } from './words-team.ts';

const numbers = new Intl.NumberFormat('en');

/** What the skip link says, by place. */
const SKIP_TO: Readonly<Record<Place, string>> = {
  board: 'To the board',
  orders: 'To the orders',
  order: 'To the order',
  dashboard: 'To the dashboard',
  settings: 'To the settings',
  debug: 'To the details',
  realtime: 'To the overview',
  unknown: 'To the page',
};

/** Why the connection is not live, for people; a reason without a row is shown as it is. */
const REASONS: Readonly<Record<string, string>> = {
  offline: 'No network, or the server can not be reached',
  reset: 'The connection broke off',
  mute: 'The server answered but sent nothing',
  silent: 'Nothing came for too long',
  'wrong-answer': 'Something else answered, not the server',
  server: 'The server reported an error',
  limited: 'The server asked for a pause',
  gap: 'An update is missing and is being fetched',
  store: "This device can't save right now",
  auth: 'The session ended',
  identity: 'Somebody else is signed in here',
  forbidden: 'The server refuses this device',
  rotate: 'The server restarts',
  stopped: 'The server told this device to stop',
  start: 'Just started',
};

export const words = {
  product: 'Holdfast',
  board: 'Board',
  orders,
  order,
  outbox,
  newOrder,
  keys,
  dashboard,
  settings,
  team,
  debug: { title: 'Sync details' },
  realtime: { title: 'Live overview' },
  skipTo: SKIP_TO,
  /** The tab's title. */
  pageTitle: (title: string) => `${title} · Holdfast`,
  notFound: { title: 'There is no such page.', detail: (path: string) => `Nothing stands at ${path}.`, back: 'To the board' },
  page: { failed: "Can't open this page.", detail: 'Nothing is lost. A part of the application is not on this device yet.', again: 'Try again' },
  places: 'Places',
  more: 'More',
  free: 'Free',
  blocked: 'Blocked',
  minutesUnit: 'min',
  showAll: (count: number) => `All ${numbers.format(count)}`,
  showFewer: 'Fewer',
  stageCounts: 'Cars by stage',
  updates: (count: number) => plural(count, { one: '# update', other: '# updates' }),
  stage: (stage: ShownStage) => (stage.name === 'unknown' ? stage.raw : STAGE_NAMES[stage.name]),

  bay: {
    nextInQueue: 'Next in the queue',
    placeInQueue: (place: number) => `Number ${numbers.format(place)} in the queue`,
    none: 'No bays yet.',
    noCars: 'No cars are waiting.',
    broken: "Can't show this bay.",
    nothingLost: 'Nothing is lost.',
    tryAgain: 'Try again',
    ends: (time: string) => `ends ${time}`,
    readyAt: (time: string) => `ready ${time}`,
    planned: (minutes: number) => `of ${numbers.format(minutes)} min`,
    target: (minutes: number) => `target ${numbers.format(minutes)} min`,
    over: (duration: string) => `${duration} over`,
    mayBeDone: 'may be done',
    was: (stage: string) => `was ${stage.toLowerCase()}`,
    asAt: (time: string) => `at ${time}`,
    reportedBy: (by: string, time: string) => `Reported by ${by} at ${time}.`,
    carStays: (plate: string) => `${plate} waits in this bay.`,
    hoursOut: 'hours out of use',
    minutesOut: 'min out of use',
    crew: (names: readonly string[]) => `Crew: ${names.join(', ')}`,
    serviceMinutes: (service: string, minutes: number) => `${service}, ${numbers.format(minutes)} min`,
    /** What a screen reader calls the card: "Bay 3, washing, KY 3392, 6 minutes over". */
    label: (parts: readonly string[]) => parts.join(', '),
    lateLabel: (minutes: number) => plural(minutes, { one: '# minute over', other: '# minutes over' }),
    lastKnownLabel: 'last known',
    elapsed: (bay: string) => `Time in ${bay}`,
  },

  action: actionLabel,
  actionName,
  done: doneText,
  undo: (seconds: number) => `Undo ${seconds}`,
  undoName: 'Undo',
  sending: 'Sending',
  close: 'Close',

  /** Said where a button can't act: nothing is kept for later yet, and the words must not promise it. */
  needsConnection: 'Needs a connection. Nothing was sent or kept: do it again when the board is live.',
  refused: {
    conflict: (detail: string) => `Refused: ${lowerFirst(detail)} The board shows how it stands now.`,
    rejected: (detail: string) => `Refused: ${lowerFirst(detail)}`,
    forbidden: (detail: string) => `Not allowed: ${lowerFirst(detail)}`,
    signIn: 'Not done: your session ended. Sign in again, then do it again.',
    otherSession: 'Not done: somebody else is signed in here now. Load the page again.',
    noAnswer: (name: string) => `No answer to "${name}". It may have arrived: the board will show it.`,
    busy: 'Not done: too many changes at once. Wait a moment, then do it again.',
    stale: 'Not done: it was changed a moment ago. Look at it, then do it again.',
    other: (detail: string) => `Not done: ${lowerFirst(detail)}`,
  },

  queue: {
    title: 'Queue',
    summary: (count: number, longest: string) => `${numbers.format(count)} waiting, longest ${longest} min`,
    empty: 'No cars are waiting.',
    by: (time: string) => `by ${time}`,
    car: (vehicle: string, service: string) => `${vehicle} · ${lowerFirst(service)}`,
    unknownCar: 'A waiting car',
  },
  handOver: {
    title: 'To hand over',
    empty: 'No cars are ready.',
    toPay: (amount: string) => `${amount} to pay`,
    notPaid: 'Not paid yet',
    paid: (amount: string, method: string) => `${amount} paid by ${method}`,
    isPaid: 'Paid',
  },
  asItWas: (time: string, hasOwn: boolean) => (hasOwn ? `As it was at ${time}, with your own entries.` : `As it was at ${time}.`),
  asItWasUnknown: 'As it was when this device was last online.',

  connection: {
    live: 'Live',
    polling: 'Polling',
    offline: 'Offline',
    signIn: 'Sign in again',
    connecting: 'Connecting',
    now: 'now',
    ago: (seconds: number) => (seconds < 60 ? `${seconds} s ago` : `${Math.floor(seconds / 60)} min ago`),
    since: (time: string) => `since ${time}`,
    asOf: (time: string) => `as of ${time}`,
    tryingAgain: (seconds: number) => `trying again in ${seconds} s`,
    tryingNow: 'trying now',
    popoverName: 'Connection',
    lastUpdate: 'Last update',
    nextAttempt: 'Next attempt',
    sinceLoad: 'Updates since load',
    reason: 'Reason',
    never: 'Not yet',
    why: (reason: string) => REASONS[reason] ?? reason,
    tryNow: 'Try now',
    signInAction: 'Sign in',
    sentence: {
      live: 'Live: every change arrives here at once.',
      polling: 'Polling: the live connection keeps failing, so this device asks again and again.',
      offline: 'Offline: keep working. What you enter is kept on this device and goes out by itself.',
      'sign-in': 'Your session ended. The board stays readable. Sign in again to go on.',
      connecting: 'Connecting to the server. The board shows the last state this device received.',
    },
    backLive: 'Live again.',
    offlineSince: (time: string) => `Offline since ${time}.`,
    signInAnnounce: 'Your session ended. Sign in again.',
  },
  changes: {
    order: (plate: string, stage: string) => `${plate}: ${stage.toLowerCase()}.`,
    many: (count: number) => plural(count, { one: '# order changed.', other: '# orders changed.' }),
  },

  person: {
    account: ', account',
    signOut: 'Sign out',
    signingOut: 'Signing out',
    failed: 'Sign-out did not finish. Try again.',
    leave: {
      title: (entries: number) => plural(entries, { one: '# entry was not sent.', other: '# entries were not sent.' }),
      lead: 'What becomes of them when you sign out?',
      notSent: 'They could not be sent now. They are still here.',
      stay: 'Stay signed in',
      sendFirst: 'Send first',
      keep: 'Keep them here and sign out',
      discard: 'Discard and sign out',
    },
    role: { manager: 'Manager', worker: 'Worker', kiosk: 'Kiosk', display: 'Display' },
  },
  signIn: {
    title: 'Sign in',
    again: 'Sign in again',
    lead: 'With the e-mail address your manager gave you.',
    againLead: 'Your session ended.',
    claim: ['Every car,', 'every bay,', 'on every tablet.'],
    promise: 'Works without a connection. What you enter is kept and sent when it can be.',
    email: 'E-mail',
    password: 'Password',
    showPassword: 'Show password',
    hidePassword: 'Hide password',
    submit: 'Sign in',
    busy: 'Signing in',
    emailMissing: 'Enter your e-mail address.',
    passwordMissing: 'Enter your password.',
    wrong: 'That e-mail and password do not match. Check both and try again.',
    away: 'No connection. You can sign in when it is back.',
    limited: 'Too many tries. Wait a minute, then try again.',
    failed: (detail: string) => `Sign-in did not work: ${lowerFirst(detail)}`,
    back: 'Back to the board',
    version: (version: string) => `Version ${version}`,
  },
  starting: 'Opening the board',
  update: { here: 'A new version is here. Nothing you typed is lost.', later: 'Later', now: 'Update' },
  failed: { title: 'Something went wrong.', detail: 'Nothing is lost. Load the page again.', reload: 'Load again' },
} as const;
