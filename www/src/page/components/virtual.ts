// Which rows of a long list are on screen. The window scrolls, not a box: so the list behaves the same on a phone.
import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useState } from 'preact/hooks';

export interface Span {
  first: number;
  last: number;
}

const OVERSCAN = 12;

export function useWindowed(anchor: RefObject<HTMLElement | null>, rows: number, rowHeight: number): Span {
  const [span, setSpan] = useState<Span>({ first: 0, last: Math.min(rows, 40) });
  useLayoutEffect(() => {
    let frame = 0;
    const measure = (): void => {
      frame = 0;
      const top = anchor.current?.getBoundingClientRect().top ?? 0;
      const first = Math.max(0, Math.floor(-top / rowHeight) - OVERSCAN);
      const last = Math.min(rows, Math.ceil((innerHeight - top) / rowHeight) + OVERSCAN);
      setSpan((old) => (old.first === first && old.last === last ? old : { first, last: Math.max(first, last) }));
    };
    const later = (): void => { frame ||= requestAnimationFrame(measure); };
    measure();
    addEventListener('scroll', later, { passive: true });
    addEventListener('resize', later);
    return () => {
      removeEventListener('scroll', later);
      removeEventListener('resize', later);
      cancelAnimationFrame(frame);
    };
  }, [anchor, rows, rowHeight]);
  return span;
}

/** The same for a box that scrolls by itself (the tree). */
export function useBoxWindow(box: RefObject<HTMLElement | null>, rows: number, rowHeight: number): Span {
  const [span, setSpan] = useState<Span>({ first: 0, last: 40 });
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const measure = (): void => {
      const first = Math.max(0, Math.floor(element.scrollTop / rowHeight) - OVERSCAN);
      const last = Math.min(rows, Math.ceil((element.scrollTop + element.clientHeight) / rowHeight) + OVERSCAN);
      setSpan((old) => (old.first === first && old.last === last ? old : { first, last }));
    };
    measure();
    element.addEventListener('scroll', measure, { passive: true });
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => {
      element.removeEventListener('scroll', measure);
      observer.disconnect();
    };
  }, [box, rows, rowHeight]);
  return span;
}

export function useMedia(query: string): boolean {
  const [matches, setMatches] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const list = matchMedia(query);
    const update = (): void => setMatches(list.matches);
    update();
    list.addEventListener('change', update);
    return () => list.removeEventListener('change', update);
  }, [query]);
  return matches;
}
