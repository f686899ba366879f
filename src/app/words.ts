// Every sentence the application says, in one place: short, present tense, the doer named. No component holds a string of its own.
import type { BoardAction } from '../domain/board-action.ts';
import type { ShownStage, ShownStageName } from '../domain/selectors.ts';

const rules = new Intl.PluralRules('en');
const numbers = new Intl.NumberFormat('en');

/** Picks by the plural rule of the language and puts the number where `#` stands. */
export function plural(count: number, forms: { readonly one: string; readonly other: string }): string {
  return (rules.select(count) === 'one' ? forms.one : forms.other).replace('#', numbers.format(count));
}

const STAGE_NAMES: Readonly<Record<ShownStageName, string>> = {
  draft: 'Draft',
  waiting: 'Waiting',
  washing: 'Washing',
  drying: 'Drying',
  ready: 'Ready',
  paid: 'Paid',
  done: 'Handed over',
  cancelled: 'Cancelled',
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
  skipToBoard: 'To the board',
  places: 'Places',
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

  action: (action: BoardAction): string => {
    switch (action.kind) {
      case 'start':
        return `Start ${action.plate}`;
      case 'to-drying':
        return 'To drying';
      case 'ready':
        return 'Ready';
      case 'clear':
        return 'Clear bay';
      case 'reopen':
        return 'Reopen bay';
      case 'take-payment':
        return action.method === 'cash' ? 'Cash' : 'Card';
      case 'hand-over':
        return 'Hand over';
      case 'undo':
        return 'Undo';
    }
  },
  /** Where the label alone doesn't say which car. */
  actionName: (action: BoardAction): string => {
    switch (action.kind) {
      case 'to-drying':
        return `${action.plate} to drying`;
      case 'ready':
        return `${action.plate} ready`;
      case 'clear':
        return `Clear ${action.bayName}`;
      case 'reopen':
        return `Reopen ${action.bayName}`;
      case 'take-payment':
        return `${action.plate} paid by ${action.method}`;
      case 'hand-over':
        return `Hand over ${action.plate}`;
      default:
        return words.action(action);
    }
  },
  done: (action: BoardAction): string => {
    switch (action.kind) {
      case 'start':
        return `${action.plate} started.`;
      case 'ready':
        return `${action.plate} marked ready.`;
      case 'hand-over':
        return `${action.plate} handed over.`;
      default:
        return words.actionName(action);
    }
  },
  undo: (seconds: number) => `Undo ${seconds}`,
  undoName: 'Undo',
  sending: 'Sending',
  close: 'Close',
  moreToasts: (count: number) => `+${numbers.format(count)}`,

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
  asItWas: (time: string) => `As it was at ${time}.`,
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
      offline: 'Offline: the board shows the last state this device received. Changes need a connection.',
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
    role: { manager: 'Manager', worker: 'Worker', kiosk: 'Kiosk', display: 'Display' },
  },
  signIn: {
    title: 'Sign in',
    again: 'Sign in again',
    lead: 'With the e-mail address your manager gave you.',
    againLead: 'Your session ended.',
    claim: ['Every car,', 'every bay,', 'on every tablet.'],
    promise: 'Shows the last known board without a connection, and catches up by itself.',
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

function lowerFirst(text: string): string {
  const isName = /^[A-Z0-9]{2}/.test(text);
  return isName ? text : text.charAt(0).toLowerCase() + text.slice(1);
}
