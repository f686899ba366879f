// Which rows of a long list are near the screen while the page itself scrolls: the virtualizer measures, React hears only of a range
// that changed. Every row has the same height, so that a place is known before its row is drawn.
import { observeWindowOffset, observeWindowRect, Virtualizer, windowScroll, type VirtualizerOptions } from '@tanstack/react-virtual';
import { useCallback, useLayoutEffect, useRef, useState, type RefObject } from 'react';

export interface WindowRowsOptions {
  /** What holds the rows. */
  readonly box: RefObject<HTMLElement | null>;
  readonly count: number;
  readonly rowPx: number;
  /** Rows drawn beyond the screen, above and below. */
  readonly overscan: number;
  /** What bars above and below hide of the page. */
  readonly hidden: { readonly above: number; readonly below: number };
}

export interface WindowRows {
  /** Rows to draw: from `first` up to `end`, which is not drawn. */
  readonly first: number;
  readonly end: number;
  scrollTo(index: number): void;
}

interface Range {
  readonly first: number;
  readonly end: number;
}

type Options = VirtualizerOptions<Window, Element>;

export function useWindowRows({ box, count, rowPx, overscan, hidden: { above, below } }: WindowRowsOptions): WindowRows {
  const [range, setRange] = useState<Range>({ first: 0, end: 0 });
  const virtual = useRef<Virtualizer<Window, Element> | null>(null);
  useLayoutEffect(() => {
    const look = (made: Virtualizer<Window, Element>) => setRange((before) => keepSame(before, rangeOf(made)));
    const options = (): Options => ({
      count,
      overscan,
      estimateSize: () => rowPx,
      scrollMargin: topOf(box.current),
      scrollPaddingStart: above,
      scrollPaddingEnd: below,
      getScrollElement: () => window,
      initialOffset: () => window.scrollY,
      observeElementRect: observeWindowRect,
      observeElementOffset: observeWindowOffset,
      scrollToFn: windowScroll,
      onChange: look,
    });
    const made = new Virtualizer(options());
    virtual.current = made;
    const unmount = made._didMount();
    made._willUpdate();
    look(made);
    const life = new AbortController();
    const measure = () => {
      made.setOptions(options());
      made.measure();
    };
    window.addEventListener('resize', measure, { signal: life.signal });
    return () => {
      life.abort();
      unmount();
    };
  }, [box, count, rowPx, overscan, above, below]);
  const scrollTo = useCallback((index: number) => virtual.current?.scrollToIndex(index, { align: 'auto' }), []);
  return { first: Math.min(range.first, count), end: Math.min(range.end, count), scrollTo };
}

function rangeOf(virtual: Virtualizer<Window, Element>): Range {
  const items = virtual.getVirtualItems();
  const [first] = items;
  const last = items.at(-1);
  return first && last ? { first: first.index, end: last.index + 1 } : { first: 0, end: 0 };
}

function keepSame(before: Range, now: Range): Range {
  return before.first === now.first && before.end === now.end ? before : now;
}

function topOf(box: HTMLElement | null): number {
  return Math.round((box?.getBoundingClientRect().top ?? 0) + window.scrollY);
}
