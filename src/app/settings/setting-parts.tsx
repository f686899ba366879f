// What the settings are built from: a titled section, a choice of one, a switch. Native controls, each with its own name.
import { useId, type ReactNode } from 'react';

export function Section({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  const titleId = useId();
  return (
    <section className="panel setting" aria-labelledby={titleId}>
      <h2 id={titleId}>{title}</h2>
      {children}
    </section>
  );
}

export interface ChoiceProps<Value extends string> {
  readonly legend: string;
  readonly values: readonly Value[];
  /** Label and, where it needs one, a line below. */
  readonly texts: Readonly<Record<Value, readonly [label: string, detail: string]>>;
  readonly value: Value | null;
  onChoose(value: Value): void;
}

export function Choice<Value extends string>({ legend, values, texts, value, onChoose }: ChoiceProps<Value>) {
  const name = useId();
  return (
    <fieldset className="choice">
      <legend>{legend}</legend>
      {values.map((candidate) => {
        const [label, detail] = texts[candidate];
        return (
          <label key={candidate} className="choice-row">
            <input type="radio" name={name} value={candidate} checked={candidate === value} onChange={() => onChoose(candidate)} />
            <span className="choice-text">
              {label}
              {detail !== '' && <span className="choice-detail">{detail}</span>}
            </span>
          </label>
        );
      })}
    </fieldset>
  );
}

export interface SwitchProps {
  readonly label: string;
  readonly detail: string;
  readonly isOn: boolean;
  onSwitch(isOn: boolean): void;
}

export function Switch({ label, detail, isOn, onSwitch }: SwitchProps) {
  return (
    <label className="choice-row">
      <input type="checkbox" role="switch" checked={isOn} onChange={({ target }) => onSwitch(target.checked)} />
      <span className="choice-text">
        {label}
        <span className="choice-detail">{detail}</span>
      </span>
    </label>
  );
}
