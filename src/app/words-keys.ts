// What the keys do, as the list of them says it.
export const keys = {
  title: 'Keys',
  lead: 'They can be switched off in Settings. None of them acts while you type.',
  chord: 'then',
  rows: [
    { keys: ['?'], does: 'This list' },
    { keys: ['/'], does: 'Search orders' },
    { keys: ['N'], does: 'New order' },
    { keys: ['J'], does: 'Next order in the list' },
    { keys: ['K'], does: 'Order before in the list' },
    { keys: ['Enter'], does: 'Open the order' },
    { keys: ['G', 'B'], does: 'Go to the board' },
    { keys: ['G', 'O'], does: 'Go to the orders' },
    { keys: ['G', 'D'], does: 'Go to the dashboard' },
    { keys: ['G', 'S'], does: 'Go to the settings' },
    { keys: ['G', 'X'], does: 'Open the outbox' },
    { keys: ['Esc'], does: 'Close what is open' },
  ],
} as const;
