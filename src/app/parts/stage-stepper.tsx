// The way of a car as steps: done ones outlined, the present one filled, the others grey. It shows; it is not the control.
import type { Step } from '../../domain/order-view.ts';
import { timeOfDay } from '../format.ts';
import { words } from '../words.ts';
import { Glyph } from './glyph.tsx';

export function StageStepper({ steps }: { readonly steps: readonly Step[] }) {
  if (steps.length === 0) return null;
  return (
    <ol className="stepper" aria-label={words.order.steps}>
      {steps.map(({ name, state, atMs }) => (
        <li key={name} className={`step is-${state} tone-${name}`} aria-current={state === 'now' ? 'step' : undefined}>
          <span className="step-mark">
            <Glyph name={name} />
          </span>
          <span className="step-name">{words.stage({ name })}</span>
          <span className="unseen">{`, ${words.order.step[state]}`}</span>
          <span className="step-time">{atMs === null ? '' : timeOfDay(atMs)}</span>
        </li>
      ))}
    </ol>
  );
}
