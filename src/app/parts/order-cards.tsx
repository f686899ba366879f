// The facts of an order as two cards: what is done and what it costs, whose car it is.
import { useId, type ReactNode } from 'react';
import type { OrderView } from '../../domain/order-view.ts';
import { money, timeOfDay } from '../format.ts';
import { words } from '../words.ts';

export function ServiceCard({ view }: { readonly view: OrderView }) {
  const { order, crew } = view;
  const { service } = order;
  return (
    <Card title={words.order.service}>
      <Row name={service.name} value={words.order.minutes(service.minutes)} />
      <Row name={words.order.drying} value={service.drying ? words.order.dryingYes : words.order.dryingNo} />
      {crew.length > 0 && <Row name={words.order.crew} value={crew.join(', ')} />}
      <PaymentRows view={view} />
    </Card>
  );
}

/** The amount where this role sees one; that it is paid is no secret. */
function PaymentRows({ view: { order, payment, canBill } }: { readonly view: OrderView }) {
  const name = order.paid ? words.order.paid : words.order.toPay;
  if (order.paymentId === null) return null;
  if (!canBill || !payment) return <Row isTotal name={order.paid ? words.handOver.isPaid : words.handOver.notPaid} value="" />;
  return (
    <>
      <Row isTotal name={payment.state === 'refunded' ? words.order.refunded : name} value={money(payment.amount, payment.currency)} />
      {payment.state === 'paid' && payment.method && payment.paidAt && (
        <Row name="" value={words.order.paidBy(payment.method, timeOfDay(Date.parse(payment.paidAt)))} />
      )}
    </>
  );
}

export function CustomerCard({ view: { order, customer, canBill } }: { readonly view: OrderView }) {
  return (
    <Card title={canBill ? words.order.customer : words.order.car}>
      {canBill && <Row name={words.order.name} value={customer?.name ?? words.order.noCustomer} />}
      {customer && customer.phone !== '' && (
        <Row
          name={words.order.phone}
          value={
            <a className="order-phone" href={`tel:${customer.phone.replaceAll(' ', '')}`}>
              {customer.phone}
            </a>
          }
        />
      )}
      <Row name={words.order.car} value={`${order.vehicle}, ${order.colour}`} />
      <Row name={words.order.created} value={timeOfDay(Date.parse(order.createdAt))} />
    </Card>
  );
}

function Card({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  const titleId = useId();
  return (
    <section className="panel order-card" aria-labelledby={titleId}>
      <div className="panel-head">
        <h2 id={titleId}>{title}</h2>
      </div>
      <dl className="card-rows">{children}</dl>
    </section>
  );
}

function Row({ name, value, isTotal = false }: { readonly name: string; readonly value: ReactNode; readonly isTotal?: boolean }) {
  return (
    <div className={isTotal ? 'card-row is-total' : 'card-row'}>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
