// The list of keys, as a modal dialogue.
import { useEffect, useRef } from 'preact/hooks';
import { helpOpen } from '../store';
import { S } from '../../shared/strings';
import { Icon } from './icon';

export function KeyHelp() {
  const dialog = useRef<HTMLDialogElement>(null);
  const open = helpOpen.value;
  useEffect(() => {
    if (open && !dialog.current?.open) dialog.current?.showModal();
    if (!open && dialog.current?.open) dialog.current.close();
  }, [open]);
  return (
    <dialog ref={dialog} class="dialog" aria-labelledby="keys-title" onClose={() => { helpOpen.value = false; }} onClick={(event) => { if (event.target === dialog.current) helpOpen.value = false; }}>
      <header><h2 id="keys-title">{S.keys.title}</h2><button type="button" class="button icon-button" aria-label={S.panel.close} onClick={() => { helpOpen.value = false; }}><Icon name="close" /></button></header>
      <dl class="keys">{S.keys.rows.map(([keys, what]) => <div key={keys}><dt>{keys.split(' ').map((key) => (key === '–' ? key : <kbd key={key}>{key}</kbd>))}</dt><dd>{what}</dd></div>)}</dl>
    </dialog>
  );
}
