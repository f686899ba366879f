// The door of the example dashboard (document 004): a few bytes here, the dashboard and its styles when it is shown.
'use client';
import { lazy, Suspense } from 'react';

const Dashboard = /* @__PURE__ */ lazy(() => import('./realtime-dashboard/dashboard.tsx').then((module) => ({ default: module.Dashboard })));

/** Orders, drivers, dispatch, finance, the connection and the cache, live; works with a provider or without. */
export default function RealtimeDashboard({ className }: { readonly className?: string }) {
  return (
    <Suspense fallback={null}>
      <Dashboard {...(className === undefined ? {} : { className })} />
    </Suspense>
  );
}
