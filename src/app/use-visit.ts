// Components ask here where the page is and move it.
import { createContext, useContext, useEffect, useState } from 'react';
import type { Router, Visit } from './router.ts';

const HERE: Visit = { route: { place: 'board' }, by: 'load', scrollY: 0, from: null, left: null, index: 0 };
const NOWHERE: Router = { getVisit: () => HERE, subscribe: () => () => {}, go: () => {}, backTo: () => {} };

/** The router of this page; without one (a part shown alone) the page is the board and stays it. */
export const RouterContext = createContext<Router>(NOWHERE);

export function useRouter(): Router {
  return useContext(RouterContext);
}

export function useVisit(): Visit {
  const router = useRouter();
  const [visit, setVisit] = useState(router.getVisit);
  useEffect(() => {
    const look = () => setVisit(router.getVisit());
    look();
    return router.subscribe(look);
  }, [router]);
  return visit;
}
