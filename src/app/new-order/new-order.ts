// The way to a new order from any place of the application: a button, the key N, an empty search.
import { createContext, useContext } from 'react';

/** Opens the sheet, with the plate that was looked for; null for a role that creates no orders. */
export type OpenNewOrder = ((plate?: string) => void) | null;

export const NewOrderContext = createContext<OpenNewOrder>(null);

export function useNewOrder(): OpenNewOrder {
  return useContext(NewOrderContext);
}
