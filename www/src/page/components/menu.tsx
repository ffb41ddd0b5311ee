// A button that opens a small panel of choices. Closed by Esc, by a click elsewhere, and by leaving it.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Icon, type IconName } from './icon';

interface Props {
  label: string;
  icon: IconName;
  children: ComponentChildren;
  disabled?: boolean;
  /** Show the label beside the icon. */
  wide?: boolean;
  /** Stay open after a choice. */
  stay?: boolean;
  class?: string;
}

export function Menu({ label, icon, children, disabled, wide, stay, class: className }: Props) {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!open) return undefined;
    const outside = (event: Event): void => {
      if (!root.current?.contains(event.target as Node)) setOpen(false);
    };
    const key = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape') return;
      event.stopPropagation();
      setOpen(false);
      button.current?.focus();
    };
    addEventListener('pointerdown', outside);
    addEventListener('focusin', outside);
    addEventListener('keydown', key, true);
    return () => {
      removeEventListener('pointerdown', outside);
      removeEventListener('focusin', outside);
      removeEventListener('keydown', key, true);
    };
  }, [open]);
  return (
    <div class={`menu ${className ?? ''}`} ref={root}>
      <button ref={button} type="button" class={wide ? 'button' : 'button icon-button'} aria-expanded={open} aria-label={wide ? undefined : label} title={label}
        disabled={disabled} onClick={() => setOpen(!open)}>
        <Icon name={icon} />{wide && <span>{label}</span>}
      </button>
      {open && <div class="menu-panel" onClick={() => { if (!stay) setOpen(false); }}>{children}</div>}
    </div>
  );
}
