// A button that copies a text, and says so.
import { useState } from 'preact/hooks';
import { copyText } from '../clipboard';
import { S } from '../../shared/strings';
import { Icon, type IconName } from './icon';

const SHOWN = 1500;

export function CopyButton({ label, text, icon = 'copy', class: className = 'button icon-button' }: { label: string; text: () => string; icon?: IconName; class?: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    if (!await copyText(text())) return;
    setCopied(true);
    setTimeout(() => setCopied(false), SHOWN);
  };
  return <button type="button" class={className} aria-label={copied ? S.table.copied : label} title={copied ? S.table.copied : label} onClick={() => void copy()}><Icon name={copied ? 'check' : icon} /></button>;
}
