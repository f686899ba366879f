// One wire vocabulary (snake_case), and the other documents' names for it: dotted names and channels map both ways here only.

/** Types that a reader of the stream may name in a filter, in the wire's spelling. */
export const EVENT_TYPES = [
  'stage_change',
  'status_update',
  'payment_update',
  'order_created',
  'order_updated',
  'order_deleted',
  'whatsapp_connected',
  'qr_generated',
  'queue_updated',
  'bay_updated',
  'job_updated',
  'driver_updated',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** Names that mean a wire type without being one. */
const ALIASES: Readonly<Record<string, string>> = { order_stage_change: 'stage_change' };

/** The wire's spelling of a type as an application may write it; unknown types stay as they are. */
export function wireType(name: string): string {
  return Object.hasOwn(ALIASES, name) ? (ALIASES[name] ?? name) : name;
}

/** Types after which figures of a dashboard may have changed: what `useDashboardSync` listens to. */
export const DASHBOARD_TYPES: readonly string[] = /* @__PURE__ */ EVENT_TYPES.filter((type) => type !== 'driver_updated');
