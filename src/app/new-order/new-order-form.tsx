// A new order, drawn: plate and service are asked for, all else may wait. Everything it shows comes in as values.
import { useRef, useState, type FormEvent } from 'react';
import type { Order } from '../../domain/order.ts';
import { hrefOf } from '../routes.ts';
import { words } from '../words.ts';
import { mistakesIn, tidyPlate, type Draft, type DraftField, type Mistakes } from './draft.ts';
import type { KnownService } from './known-services.ts';
import { ServiceChoice } from './service-choice.tsx';
import { TextField } from './text-field.tsx';

const said = words.newOrder;
const NONE: Mistakes = {};

export interface NewOrderFormProps {
  readonly draft: Draft;
  readonly services: readonly KnownService[];
  /** The open order of this plate, which is here already. */
  readonly already: Order | null;
  readonly seesCustomers: boolean;
  readonly isBusy: boolean;
  /** What the last try came to, in words; null before one. */
  readonly failure: string | null;
  onChange(draft: Draft): void;
  /** Nothing is missing. */
  onCreate(): void;
  /** The way to another page was taken. */
  onLeave(): void;
}

export function NewOrderForm(props: NewOrderFormProps) {
  const { draft, onChange } = props;
  const [mistakes, setMistakes] = useState(NONE);
  const form = useRef<HTMLFormElement>(null);
  const set = (field: DraftField) => (text: string) => {
    const { [field]: _, ...others } = mistakes;
    setMistakes(others);
    onChange({ ...draft, [field]: field === 'plate' ? tidyPlate(text) : text });
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const found = mistakesIn(draft);
    setMistakes(found);
    const [first] = Object.keys(found);
    if (first === undefined) props.onCreate();
    else form.current?.querySelector<HTMLElement>(`[name="${first}"]`)?.focus();
  };
  return (
    <form ref={form} className="new-order" onSubmit={submit} noValidate aria-label={said.title}>
      <Fields {...props} mistakes={mistakes} set={set} />
      <End {...props} />
    </form>
  );
}

interface FieldsProps extends NewOrderFormProps {
  readonly mistakes: Mistakes;
  set(field: DraftField): (text: string) => void;
}

function Fields({ draft, services, already, seesCustomers, mistakes, set, onLeave }: FieldsProps) {
  return (
    <div className="new-order-fields">
      <TextField
        name="plate"
        label={said.plate}
        value={draft.plate}
        onText={set('plate')}
        mistake={mistakes.plate && said.plateMissing}
        className="is-plate"
        autoCapitalize="characters"
      />
      <AlreadyHere order={already} onLeave={onLeave} />
      <ServiceChoice services={services} code={draft.serviceCode} onCode={set('serviceCode')} hasMistake={mistakes.serviceCode !== undefined} />
      <div className="field-pair">
        <TextField name="vehicle" label={said.vehicle} value={draft.vehicle} onText={set('vehicle')} isOptional />
        <TextField name="colour" label={said.colour} value={draft.colour} onText={set('colour')} isOptional />
      </div>
      {seesCustomers && (
        <div className="field-pair">
          <TextField name="name" label={said.customer} value={draft.name} onText={set('name')} mistake={mistakes.name && said.nameMissing} isOptional />
          <TextField name="phone" label={said.phone} value={draft.phone} onText={set('phone')} isOptional inputMode="tel" />
        </div>
      )}
      <TextField name="notes" label={said.note} value={draft.notes} onText={set('notes')} isOptional />
    </div>
  );
}

/** Twice the same car is nearly always a mistake, and sometimes meant: it is said, not refused. */
function AlreadyHere({ order, onLeave }: { readonly order: Order | null; onLeave(): void }) {
  return (
    <p className="new-order-already" role="status" hidden={order === null}>
      {order && (
        <>
          <span>{`${said.already(order.plate, order.number)} `}</span>
          <a href={hrefOf({ place: 'order', id: order.id })} onClick={onLeave}>
            {said.look}
          </a>
        </>
      )}
    </p>
  );
}

function End({ isBusy, failure }: NewOrderFormProps) {
  return (
    <div className="new-order-end">
      <p className="field-error" role="alert">
        {failure && `${failure} ${said.typedStays}`}
      </p>
      <button type="submit" className="button button-primary button-tall" aria-disabled={isBusy ? true : undefined}>
        {isBusy ? said.creating : said.create}
      </button>
    </div>
  );
}
