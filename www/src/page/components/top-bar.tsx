// What is open, the tabs with their counts, and what can be done with it.
import { useEffect, useRef } from 'preact/hooks';
import { bytes, count } from '../../shared/format';
import { nextTheme } from '../keys';
import { href, route, VIEWS, type View } from '../route';
import { printPage } from '../print';
import { choose, closeAll, openFromShelf } from '../scan';
import { head, helpOpen, other, scanning, shelf, type Subject, theme } from '../store';
import { S } from '../../shared/strings';
import { copyMarkdown, formatsOf, takeAway } from '../take-away';
import { CopyButton } from './copy-button';
import { Icon, Mark } from './icon';
import { Menu } from './menu';

const TABS = VIEWS.filter((view) => view !== 'compare');

export function TopBar({ subject }: { subject: Subject }) {
  const shown = subject.head;
  const name = shown?.report.image.names[0] ?? subject.name;
  const platform = shown?.report.image.platform;
  return (
    <header class="top" data-pending={shown?.verdict.signatures.pending} data-memory={subject.progress?.memory}>
      <div class="top-bar">
        <a class="brand" href={href('overview')} title={S.name}><Mark /><span class="wide-only">{S.name}</span></a>
        <div class="subject">
          {shelf.value.length > 1 && !other.value && (
            <select class="image-choice" aria-label={S.shelf} value={String(shelf.value.findIndex((one) => one.name === subject.name))} onChange={(event) => { const input = shelf.value[Number(event.currentTarget.value)]; if (input) void openFromShelf(input); }}>
              {shelf.value.map((one, index) => <option key={index} value={String(index)}>{one.name}</option>)}
            </select>
          )}
          {subject.images.length > 1 ? (
            <select class="image-choice" aria-label={S.images} value={String(subject.chosen)} onChange={(event) => choose(Number(event.currentTarget.value))}>
              {subject.images.map((image) => <option key={image.index} value={String(image.index)}>{[image.names[0] ?? S.nth(image.index + 1), image.platform, bytes(image.storedSize)].filter(Boolean).join(' · ')}</option>)}
            </select>
          ) : <strong class="truncate" title={subject.pinned ?? name}>{name}</strong>}
          {platform && <span class="truncate small subject-facts">{[platform.os, platform.architecture, platform.variant].filter(Boolean).join('/')}{shown && shown.report.image.storedSize > 0 && ` · ${bytes(shown.report.image.storedSize)}`}</span>}
        </div>
        <div class="top-actions">
          {subject.pinned && <CopyButton label={S.edge.permanent} icon="link" class="button icon-button on-hull" text={() => permanent(subject.pinned ?? '')} />}
          <a class="button on-hull wide-only" href={href('compare')} aria-current={route.value.view === 'compare' ? 'page' : undefined}><Icon name="compare" />{S.tabs.compare}</a>
          {shown && <Menu label={S.exports.title} icon="download" class="on-hull" disabled={scanning.value}>
            {formatsOf(subject.model).map(([format, title, hint]) => <button type="button" key={format} onClick={() => void takeAway(subject.model, shown, format)}><strong>{title}</strong><small>{hint}</small></button>)}
            <button type="button" onClick={() => void copyMarkdown(subject.model)}><strong>{S.exports.copyMarkdown}</strong></button>
            <button type="button" onClick={() => void printPage()}><strong>{S.exports.print}</strong></button>
            <a class="narrow-only" href={href('compare')}><strong>{S.compare.title}</strong></a>
          </Menu>}
          <ThemeButton class="on-hull" />
          <button type="button" class="button icon-button on-hull wide-only" aria-label={S.help} title={`${S.help} (?)`} onClick={() => { helpOpen.value = true; }}><Icon name="help" /></button>
          <button type="button" class="button on-hull" onClick={closeAll} title={S.again}><Icon name="upload" /><span class="wide-only">{S.again}</span><span class="visually-hidden narrow-only">{S.again}</span></button>
        </div>
      </div>
      <Tabs />
    </header>
  );
}

/** The address that will always show this very image. */
function permanent(pinned: string): string {
  const url = new URL(location.href);
  url.search = `?image=${pinned}`;
  return url.href;
}

export function ThemeButton({ class: className = '' }: { class?: string }) {
  return <button type="button" class={`button icon-button ${className}`} aria-label={S.theme[theme.value]} title={`${S.theme[theme.value]} (t)`} onClick={nextTheme}><Icon name={theme.value === 'auto' ? 'auto' : theme.value === 'light' ? 'sun' : 'moon'} /></button>;
}

function tabCount(view: View): number | null {
  const now = head.value;
  if (!now) return null;
  const { verdict, report } = now;
  switch (view) {
    case 'vulns': return verdict.vulnerabilities.database ? verdict.vulnerabilities.total : null;
    case 'packages': return verdict.packages.total;
    case 'secrets': return verdict.secrets.total;
    case 'checks': return report.checks.length > 0 ? verdict.checks.fail + verdict.checks.warn : null;
    case 'layers': return report.layers.length;
    default: return null;
  }
}

function Tabs() {
  const { view } = route.value;
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => { list.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' }); }, [view]);
  return (
    <nav class="tabs" aria-label={S.name}>
      <ul ref={list}>
        {TABS.map((one) => {
          const number = tabCount(one);
          return <li key={one}><a href={href(one)} aria-current={one === view ? 'page' : undefined}>{S.tabs[one]}{number !== null && <span class="tab-count">{count(number)}</span>}</a></li>;
        })}
        {other.value && <li><a href={href('compare')} aria-current={view === 'compare' ? 'page' : undefined}>{S.tabs.compare}</a></li>}
      </ul>
    </nav>
  );
}
