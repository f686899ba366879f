// One of the services, as rows with their time and price: radios, so that arrows walk them and one touch chooses.
import { useId } from 'react';
import { money } from '../format.ts';
import { words } from '../words.ts';
import type { KnownService } from './known-services.ts';

export interface ServiceChoiceProps {
  readonly services: readonly KnownService[];
  readonly code: string;
  readonly hasMistake: boolean;
  onCode(code: string): void;
}

export function ServiceChoice({ services, code, hasMistake, onCode }: ServiceChoiceProps) {
  const id = useId();
  return (
    <fieldset className="services" {...(hasMistake ? { 'aria-describedby': `${id}-error` } : {})}>
      <legend>{words.newOrder.service}</legend>
      {services.length === 0 && <p className="services-none">{words.newOrder.noServices}</p>}
      {services.map((service) => (
        <label key={service.code} className="service">
          <input type="radio" name="serviceCode" value={service.code} checked={service.code === code} onChange={() => onCode(service.code)} />
          <span className="service-name">{service.name}</span>
          <span className="service-minutes">{words.order.minutes(service.minutes)}</span>
          {service.price && <span className="service-price">{money(service.price.value, service.price.currency)}</span>}
        </label>
      ))}
      {hasMistake && (
        <p id={`${id}-error`} className="field-error">
          {words.newOrder.serviceMissing}
        </p>
      )}
    </fieldset>
  );
}
