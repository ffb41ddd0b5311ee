// The side panel: the evidence behind one row. Beside the list where there is room, over it where there is not.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { go, route, withItem } from '../route';
import { S } from '../../shared/strings';
import { CopyButton } from './copy-button';
import { Icon } from './icon';

export function closePanel(): void {
  const { item } = route.value;
  go(withItem(null));
  // Back to the row it came from.
  requestAnimationFrame(() => (document.querySelector<HTMLElement>('.row.chosen') ?? document.querySelector<HTMLElement>('.grid-body .row[tabindex="0"]'))?.focus({ preventScroll: item !== null }));
}

export function Panel({ title, kicker, children }: { title: ComponentChildren; kicker?: ComponentChildren; children: ComponentChildren }) {
  const heading = useRef<HTMLHeadingElement>(null);
  const item = route.value.item;
  const opened = useRef<string | null>(null);
  useEffect(() => {
    // Focus goes in when it opens; when the arrows move through the list, it stays there.
    const inGrid = document.activeElement?.closest('.grid-body');
    if (opened.current === null || !inGrid) heading.current?.focus({ preventScroll: true });
    opened.current = item;
  }, [item]);
  return (
    <aside class="panel" aria-label={typeof title === 'string' ? title : S.panel.evidence}>
      <header>
        <div>
          {kicker && <p class="kicker">{kicker}</p>}
          <h2 ref={heading} tabIndex={-1}>{title}</h2>
        </div>
        <div class="panel-actions"><CopyButton label={S.panel.copyLink} icon="link" text={() => location.href} />
        <button type="button" class="button icon-button" aria-label={S.panel.close} title={`${S.panel.close} (Esc)`} onClick={closePanel}><Icon name="close" /></button></div>
      </header>
      <div class="panel-body">{children}</div>
    </aside>
  );
}

export function Section({ title, children }: { title: string; children: ComponentChildren }) {
  return <section class="panel-section"><h3>{title}</h3>{children}</section>;
}

/** Name and value pairs; pairs without a value are left out. */
export function Facts({ of }: { of: readonly (readonly [string, ComponentChildren])[] }) {
  return (
    <dl class="facts">
      {of.filter(([, value]) => value !== null && value !== undefined && value !== '' && value !== false).map(([name, value]) => (
        <div key={name}><dt>{name}</dt><dd>{value}</dd></div>
      ))}
    </dl>
  );
}
