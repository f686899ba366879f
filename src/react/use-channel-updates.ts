// The channels of document 004 that applications look at most, each under its own name.
import type { NamespaceKey } from '../core/channel-names.ts';
import type { Driver } from '../domain/driver.ts';
import type { Job } from '../domain/job.ts';
import type { Order } from '../domain/order.ts';
import type { Payment } from '../domain/payment.ts';
import { useRealtimeData, type RealtimeOptions, type RealtimeResult } from './use-realtime-data.ts';

export type ChannelOptions<T> = Omit<RealtimeOptions<T>, 'namespace' | 'channelId'>;

/** An order as channels tell it: its stage also as `status`, in capitals. */
export type OrderView = Order & { readonly status: string; readonly version: number };

/** One order, live. */
export function useOrderUpdates(orderId: string, options: ChannelOptions<OrderView> = {}): RealtimeResult<OrderView> {
  return useRealtimeData<OrderView>({ event: 'order.updated', ...options, namespace: 'ORDERS', channelId: orderId });
}

/** One driver, live. */
export function useDriverUpdates(driverId: string, options: ChannelOptions<Driver> = {}): RealtimeResult<Driver> {
  return useRealtimeData<Driver>({ event: 'driver.status', ...options, namespace: 'DRIVERS', channelId: driverId });
}

/** All drivers, live. */
export function useDriversUpdates(options: ChannelOptions<readonly Driver[]> = {}): RealtimeResult<readonly Driver[]> {
  return useAll('DRIVERS', options);
}

/** All jobs, live: what is dispatched, under way and done. */
export function useDispatchUpdates(options: ChannelOptions<readonly Job[]> = {}): RealtimeResult<readonly Job[]> {
  return useAll('DISPATCH', options);
}

/** All payments, live, for the roles that see amounts; for others there are none. */
export function useFinanceUpdates(options: ChannelOptions<readonly Payment[]> = {}): RealtimeResult<readonly Payment[]> {
  return useAll('FINANCE', options);
}

function useAll<T>(namespace: NamespaceKey, options: ChannelOptions<T>): RealtimeResult<T> {
  return useRealtimeData<T>({ ...options, namespace });
}
