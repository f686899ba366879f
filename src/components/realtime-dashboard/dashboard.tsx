// All parts of document 004 on one page, each over its own hook. Composition only; loaded when it is shown.
import { CachePart } from './cache-part.tsx';
import { ConnectionPart } from './connection-part.tsx';
import { DispatchPart } from './dispatch-part.tsx';
import { DriversPart } from './drivers-part.tsx';
import { FinancePart } from './finance-part.tsx';
import { OrdersPart } from './orders-part.tsx';
import { PerformancePart } from './performance-part.tsx';
import '../cards.css';
import './dashboard.css';

export function Dashboard({ className }: { readonly className?: string }) {
  return (
    <div className={['hf-cards hf-overview', className].filter(Boolean).join(' ')}>
      <div className="hf-parts">
        <ConnectionPart />
        <OrdersPart />
        <DispatchPart />
        <DriversPart />
        <FinancePart />
        <PerformancePart />
        <CachePart />
      </div>
    </div>
  );
}
