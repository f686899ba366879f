// A new order while it is written: what was typed, and what is missing. Pure.
import { decodeOrder } from '../../domain/decode-documents.ts';
import type { Order } from '../../domain/order.ts';
import { heldAll, type HeldDocuments } from '../../domain/selectors.ts';

export interface Draft {
  /** The order's id from the first try on: sent twice it is still one order. */
  readonly id: string;
  readonly plate: string;
  readonly serviceCode: string;
  readonly vehicle: string;
  readonly colour: string;
  readonly name: string;
  readonly phone: string;
  readonly notes: string;
}

export type DraftField = Exclude<keyof Draft, 'id'>;

export type Mistakes = Readonly<Partial<Record<DraftField, 'missing'>>>;

/** The server's own limits. */
export const LENGTHS: Readonly<Record<Exclude<DraftField, 'serviceCode'>, number>> = { plate: 20, vehicle: 80, colour: 40, name: 120, phone: 40, notes: 2_000 };

export function newDraft(id: string, plate = ''): Draft {
  return { id, plate: tidyPlate(plate), serviceCode: '', vehicle: '', colour: '', name: '', phone: '', notes: '' };
}

/** Capitals and single spaces, as plates are said: typing them otherwise is no mistake. */
export function tidyPlate(text: string): string {
  return text.toUpperCase().replace(/\s+/g, ' ').trimStart().slice(0, LENGTHS.plate);
}

/** The fields that the order can't be without; a phone number needs somebody it belongs to. */
export function mistakesIn({ plate, serviceCode, name, phone }: Draft): Mistakes {
  return {
    ...(plate.trim() === '' ? { plate: 'missing' } : {}),
    ...(serviceCode === '' ? { serviceCode: 'missing' } : {}),
    ...(phone.trim() !== '' && name.trim() === '' ? { name: 'missing' } : {}),
  };
}

const OVER: readonly Order['stage'][] = ['completed', 'cancelled'];

/** The order of this plate that is still open here: the same car twice is nearly always a mistake. */
export function openOrderOf(orders: HeldDocuments, plate: string): Order | null {
  const wanted = plainPlate(plate);
  if (wanted === '') return null;
  return heldAll(orders, decodeOrder).find(({ doc }) => plainPlate(doc.plate) === wanted && !OVER.includes(doc.stage))?.doc ?? null;
}

function plainPlate(plate: string): string {
  return plate.toUpperCase().replace(/[^A-Z0-9]/g, '');
}
