// @vitest-environment happy-dom
import { fireEvent, screen } from '@testing-library/react';
import { useState } from 'react';
import { describe, expect, test, vi } from 'vitest';
import { mistakesIn, newDraft, openOrderOf, tidyPlate, type Draft } from '../../src/app/new-order/draft.ts';
import { knownServices } from '../../src/app/new-order/known-services.ts';
import { planOrder } from '../../src/app/new-order/plan-order.ts';
import { useNewOrder } from '../../src/app/new-order/new-order.ts';
import { NewOrderForm } from '../../src/app/new-order/new-order-form.tsx';
import { NewOrderHost } from '../../src/app/new-order/new-order-host.tsx';
import { decodeOrder } from '../../src/domain/decode-documents.ts';
import type { SessionInfo } from '../../src/protocol/http.ts';
import { draw } from './draw.tsx';
import { branch, NOW } from './fixtures.ts';

const { orders, payments, queues } = branch();
const NONE = new Map<string, never>();
const sources = { services: NONE, orders, payments };
const written: Draft = { ...newDraft('o-new', 'cbx  1234'), serviceCode: 'body', vehicle: ' Honda Fit ', name: 'Meera', phone: '00 1', notes: '' };

describe('[APP13] a new order while it is written', () => {
  test('plates are written as they are said', () => {
    expect(tidyPlate(' cbx   1234')).toBe('CBX 1234');
    expect(tidyPlate('x'.repeat(60))).toHaveLength(20);
  });
  test('needs a plate and a service, and a name to a number', () => {
    expect(mistakesIn(newDraft('o'))).toEqual({ plate: 'missing', serviceCode: 'missing' });
    expect(mistakesIn({ ...written, name: ' ' })).toEqual({ name: 'missing' });
    expect(mistakesIn(written)).toEqual({});
  });
  test('becomes one request under an id of its own, sent twice still one order, and stands at the end of the queue at once', () => {
    const [service] = knownServices(sources);
    if (!service) throw new Error('the branch sells nothing');
    const plan = planOrder({ draft: { ...written, serviceCode: service.code }, service, queues, nowMs: NOW });
    const promisedAt = new Date(NOW + (service.minutes + 20) * 60_000).toISOString();
    expect(plan).toMatchObject({ method: 'POST', path: '/api/v1/orders', effect: { collection: 'orders', docId: 'o-new' } });
    expect(plan.body).toEqual({
      ...{ id: 'o-new', plate: 'CBX 1234', vehicle: 'Honda Fit', colour: '', serviceCode: service.code, promisedAt },
      customer: { name: 'Meera', phone: '00 1' },
    });
    const shown = plan.effect && 'doc' in plan.effect ? decodeOrder(plan.effect.doc) : null;
    expect(shown).toMatchObject({ stage: 'initiated', promisedAt, service: { code: service.code } });
    const [queue] = plan.also ?? [];
    expect(queue && 'patch' in queue ? queue.patch['entries'] : null).toContainEqual({ orderId: 'o-new', since: new Date(NOW).toISOString() });
  });
  test('finds the open order of the same car however its plate is typed, and none that is over', () => {
    const [first] = [...orders.values()].map(({ doc }) => doc as { plate: string; number: number; stage: string });
    expect(openOrderOf(orders, (first?.plate ?? '').toLowerCase().replace(' ', '-'))?.number).toBe(first?.number);
    const over = new Map([...orders].map(([id, held]) => [id, { ...held, doc: { ...(held.doc as object), stage: 'completed' } }]));
    expect(openOrderOf(over, first?.plate ?? '')).toBeNull();
    expect(openOrderOf(orders, ' - ')).toBeNull();
  });
  test('an empty branch knows its services from the price list, and the list is believed before the orders', () => {
    const wax = { ...{ id: 'wax', code: 'wax', name: 'Wash and wax', minutes: 35, drying: true }, price: 6_200, currency: 'LKR' };
    const services = new Map(
      [wax, { ...wax, id: 'body', code: 'body', name: 'Body wash' }, { id: 'odd' }].map((doc) => [doc.id, { id: doc.id, version: 1, doc }]),
    );
    const known = knownServices({ services, orders: NONE, payments: NONE });
    expect(known.map(({ code }) => code)).toEqual(['body', 'wax']);
    expect(known[1]).toEqual({ code: 'wax', name: 'Wash and wax', minutes: 35, drying: true, price: { value: 6_200, currency: 'LKR' } });
    expect(knownServices({ ...sources, services })).toEqual(known);
  });
  test('without a price list it knows the services from the orders on this device, each once, with a price only where amounts are seen', () => {
    const services = knownServices(sources);
    expect(new Set(services.map(({ code }) => code)).size).toBe(services.length);
    expect(services.length).toBeGreaterThan(0);
    expect(services.some(({ price }) => price !== null)).toBe(payments.size > 0);
    expect(knownServices({ ...sources, payments: NONE }).every(({ price }) => price === null)).toBe(true);
  });
});

describe('the way to a new order', () => {
  const session: SessionInfo = { tenant: 't', user: 'u', role: 'worker', name: 'Dilani', tenantName: 'Nugegoda' };
  const Opener = () => {
    const open = useNewOrder();
    return open ? <button onClick={() => open('CBX 1')}>new</button> : <p>none</p>;
  };
  test('is not offered to a role that creates no orders', () => {
    draw(
      <NewOrderHost session={{ ...session, role: 'kiosk' }}>
        <Opener />
      </NewOrderHost>,
    );
    screen.getByText('none');
  });
  test('is created with nothing missing only: the first field that is gets the focus and its sentence', () => {
    const created = vi.fn();
    const Sheet = ({ start }: { readonly start: Draft }) => {
      const [draft, setDraft] = useState(start);
      return (
        <NewOrderForm
          draft={draft}
          services={knownServices(sources)}
          already={null}
          seesCustomers
          isBusy={false}
          failure={null}
          onChange={setDraft}
          onCreate={() => created(draft)}
          onLeave={() => {}}
        />
      );
    };
    draw(<Sheet start={newDraft('o')} />);
    const send = () => fireEvent.submit(screen.getByRole('form', { name: 'New order' }));
    send();
    const plate = screen.getByLabelText('Plate');
    expect(document.activeElement).toBe(plate);
    expect(plate.getAttribute('aria-describedby')).toBe(screen.getByText('Enter the plate.').id);
    fireEvent.change(plate, { target: { value: 'cbx 12' } });
    send();
    screen.getByText('Choose a service.');
    const [service] = screen.getAllByRole('radio');
    expect(document.activeElement).toBe(service);
    if (service) fireEvent.click(service);
    send();
    expect(created).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ plate: 'CBX 12' }));
  });
});
