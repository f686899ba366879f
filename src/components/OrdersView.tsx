// @/components/OrdersView: the address under which the documents name it (document 003). Re-exports only.
'use client';
export { OrdersView, type OrdersViewProps, type ShownOrder } from './orders-view/orders-view.tsx';
export { LiveIndicator, type LiveIndicatorProps } from './orders-view/live-indicator.tsx';
