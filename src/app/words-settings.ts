// The sentences of the settings.
import { count } from './plural.ts';

export const settings = {
  title: 'Settings',
  notKept: 'This device could not keep that setting. It holds until the page is closed.',

  look: {
    title: 'Look',
    theme: 'Theme',
    themes: {
      system: ['As the device', 'Light by day and dark by night where the device does so.'],
      light: ['Light', ''],
      dark: ['Dark', ''],
      contrast: ['High contrast', 'Darker text and clear edges, for bright light.'],
    },
  },
  sound: {
    title: 'Sound',
    name: 'Sound when a car is ready or you need to sign in',
    detail: 'One tab makes it. What it says also stands on the screen.',
    test: 'Play it now',
    blocked: 'The browser makes no sound yet. Touch the page, then try again.',
    played: 'Played.',
  },
  work: {
    title: 'Work',
    undo: 'Time to take a step back',
    undos: { '8': ['8 seconds', ''], '20': ['20 seconds', ''], closed: ['Until I close it', ''] },
    shortcuts: 'Single-key shortcuts',
    shortcutsDetail: 'N for a new order, / for the search, ? for the list of them all.',
  },
  connection: {
    title: 'Connection',
    transport: 'How updates arrive',
    transports: {
      auto: ['Live', 'And by asking again and again while the live connection keeps failing.'],
      polling: ['Only by asking', 'For networks that break live connections. Changes come some seconds later.'],
    },
    failed: 'That did not reach the connection. Try again in a moment.',
    state: 'Now',
    details: 'Sync details',
  },
  install: {
    title: 'Install',
    installed: 'This is the installed application.',
    ready: 'Put it on the home screen: it opens faster and without the browser around it.',
    action: 'Install',
    howTo: 'To install it: touch Share, then "Add to Home Screen".',
    unknown: 'Already installed, or the browser offers no installation here. Its menu may have "Install" or "Add to home screen".',
  },
  storage: {
    title: 'Storage',
    ask: 'Let this device keep orders safe when space gets low?',
    allow: 'Allow',
    allowed: 'Orders are kept safe when space gets low.',
    refused: 'The browser did not agree. It may after the application is installed or used for some days.',
    use: 'Used here',
    usage: (used: string, quota: string) => `${used} of ${quota}`,
    unknown: 'Not known',
    size: (megabytes: number) =>
      megabytes < 1 ? 'less than 1 MB' : megabytes < 10_240 ? `${count(Math.round(megabytes))} MB` : `${count(Math.round(megabytes / 1_024))} GB`,
  },
  device: {
    title: 'This device',
    name: 'Name',
    nameHint: 'What people call it: "Bay 3 tablet".',
    version: 'Version',
    build: (version: string, build: string) => `${version}, build ${build}`,
    runs: 'Connection held by',
    hosts: { shared: 'a worker for all tabs', elected: 'a worker of one tab', inline: 'one tab' },
    noHost: 'nobody at the moment',
    browser: 'Browser',
  },
} as const;
