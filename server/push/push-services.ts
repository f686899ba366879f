// Which addresses a subscription may name. The server posts to them by itself: any other address would let somebody signed in make it ask inside its own network.

/** Of the browsers' makers; a leading dot stands for any host below. */
const KNOWN: readonly string[] = ['fcm.googleapis.com', '.push.services.mozilla.com', '.push.apple.com', '.notify.windows.com'];

/** `more`: origins that the operator allows beside them, as https://push.example. */
export function isPushService(endpoint: string, more: readonly string[]): boolean {
  if (!URL.canParse(endpoint)) return false;
  const { protocol, hostname, port, origin, username } = new URL(endpoint);
  if (more.includes(origin)) return true;
  if (protocol !== 'https:' || port !== '' || username !== '') return false;
  return KNOWN.some((known) => (known.startsWith('.') ? hostname.endsWith(known) : hostname === known));
}
