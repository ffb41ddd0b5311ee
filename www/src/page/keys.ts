// Keys that work everywhere. Keys inside a list or a tree are the list's own.
import { closePanel } from './components/panel';
import { printPage } from './print';
import { go, href, route, VIEWS } from './route';
import { helpOpen, setTheme, subject, theme } from './store';

const TABS = VIEWS.filter((view) => view !== 'compare');

export const typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement
    || (target instanceof HTMLInputElement && !['checkbox', 'radio', 'button', 'range'].includes(target.type)));

export function nextTheme(): void {
  setTheme(theme.value === 'auto' ? 'light' : theme.value === 'light' ? 'dark' : 'auto');
}

/** The arrows' work, from inside the panel. */
function step(by: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>('.grid-body .row[data-index]')];
  const at = rows.findIndex((row) => row.classList.contains('chosen'));
  rows[at + by]?.click();
}

export function installKeys(): () => void {
  const onKey = (event: KeyboardEvent): void => {
    if ((event.ctrlKey || event.metaKey) && event.key === 'p' && subject.value) {
      event.preventDefault();
      void printPage();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (event.key === '?') helpOpen.value = !helpOpen.value;
    else if (event.key === 't') nextTheme();
    else if (event.key === 'Escape') {
      if (helpOpen.value) helpOpen.value = false;
      else if (route.value.item && document.querySelector('.panel')) closePanel();
      else return;
    } else if (!subject.value) return;
    else if (event.key === '/') {
      const filter = document.getElementById('filter');
      if (!filter) return;
      filter.focus();
    } else if (event.key === '[' || event.key === ']') step(event.key === ']' ? 1 : -1);
    else if (/^[1-9]$/.test(event.key)) {
      const view = TABS[Number(event.key) - 1];
      if (view) go(href(view));
    } else return;
    event.preventDefault();
  };
  addEventListener('keydown', onKey);
  return () => removeEventListener('keydown', onKey);
}
