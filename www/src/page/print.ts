// On paper a list has all its rows, not those that happen to be on screen. They are fetched before the dialogue opens.
import { printing } from './store';

/** Rows of one list that are printed. */
export const MOST_PRINTED = 500;

const settled = (): Promise<void> => new Promise((resolve) => { requestAnimationFrame(() => requestAnimationFrame(() => resolve())); });

/** Draws every row, then prints. */
export async function printPage(): Promise<void> {
  printing.value = true;
  // Rows come from a worker: until no cell says that it is being loaded, ten seconds at most.
  const until = performance.now() + 10_000;
  do await settled();
  while (document.querySelector('.grid-body .loading') && performance.now() < until);
  print();
  printing.value = false;
}
