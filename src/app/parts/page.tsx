// One page inside the frame: its bar with the one h1, and its main part. Takes care of what a browser does on a real navigation: the
// tab's title, the focus, and where the page stands.
import { useContext, useEffect, useRef, type ReactNode, type RefObject } from 'react';
import { StatusContext } from '../frame.ts';
import { useVisit } from '../use-visit.ts';
import { words } from '../words.ts';
import { TopBar } from './top-bar.tsx';

export interface PageProps {
  /** The h1, and the tab's title. */
  readonly title: string;
  /** What the title goes on with, where it has room. */
  readonly titleNote?: string;
  /** Class of the main part. */
  readonly className: string;
  /** Instead of the branch beside the title. */
  readonly lead?: ReactNode;
  readonly branch: string;
  /** Between title and indicator: a search, a main action. */
  readonly tools?: ReactNode;
  /** False while what gives the page its height is read; only then it is scrolled to where it stood. */
  readonly isReady?: boolean;
  /** True where the title is shown in the main part, larger than in a bar: `children` then hold an `h1` with this page's `titleRef`. */
  readonly titleRef?: RefObject<HTMLHeadingElement | null>;
  readonly children: ReactNode;
}

/** Where the skip link leads. */
export const MAIN_ID = 'main';

export function Page({ title, titleNote = '', className, lead, branch, tools, isReady = true, titleRef, children }: PageProps) {
  const status = useContext(StatusContext);
  const own = useRef<HTMLHeadingElement>(null);
  const heading = titleRef ?? own;
  useArrival(heading, isReady);
  useEffect(() => {
    document.title = words.pageTitle(titleNote === '' ? title : `${title} ${titleNote}`);
  }, [title, titleNote]);
  return (
    <>
      <TopBar title={titleRef ? null : title} titleNote={titleNote} titleRef={own} lead={lead} branch={branch} tools={tools}>
        {status}
      </TopBar>
      <main id={MAIN_ID} className={className} tabIndex={-1}>
        {children}
      </main>
    </>
  );
}

/** A page that was come to by a link or by Back says its name to who can't see it, and stands where it was left. */
function useArrival(heading: RefObject<HTMLHeadingElement | null>, isReady: boolean): void {
  const { by, scrollY } = useVisit();
  const arrival = useRef({ by, scrollY, isPlaced: false });
  useEffect(() => {
    if (arrival.current.by !== 'load') heading.current?.focus({ preventScroll: true });
  }, [heading]);
  useEffect(() => {
    if (!isReady || arrival.current.isPlaced) return;
    arrival.current.isPlaced = true;
    if (arrival.current.by !== 'load' || arrival.current.scrollY > 0) window.scrollTo(0, arrival.current.scrollY);
  }, [isReady]);
}
