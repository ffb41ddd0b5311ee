// What an image may cost, as a dialogue: every cap, where it stands, and a field to set it elsewhere.
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Limit } from '../../shared/protocol';
import { S } from '../../shared/strings';
import { knownLimits, limits, limitsOpen, readLimit, setLimit, writeLimit } from '../limits';
import { learnLimits } from '../scan';
import { Icon } from './icon';

/** Opens it; says when something in it was changed. */
export function LimitsButton() {
  const changed = Object.keys(limits.value).length;
  return <button type="button" class="text-button limits-button" onClick={() => { limitsOpen.value = true; }}>{changed > 0 ? S.limits.changed(changed) : S.limits.open}</button>;
}

export function LimitsDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  const open = limitsOpen.value;
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    if (open && !dialog.current?.open) {
      dialog.current?.showModal();
      learnLimits().then(() => setProblem(null), (error: unknown) => setProblem(error instanceof Error ? error.message : String(error)));
    }
    if (!open && dialog.current?.open) dialog.current.close();
  }, [open]);
  const known = knownLimits.value;
  const changed = Object.keys(limits.value).length;
  const close = (): void => { limitsOpen.value = false; };
  return (
    <dialog ref={dialog} class="dialog limits" aria-labelledby="limits-title" onClose={close} onClick={(event) => { if (event.target === dialog.current) close(); }}>
      <header><h2 id="limits-title">{S.limits.title}</h2><button type="button" class="button icon-button" aria-label={S.panel.close} onClick={close}><Icon name="close" /></button></header>
      <p class="muted small">{S.limits.hint}</p>
      {problem !== null && <p class="bad" role="alert">{problem}</p>}
      {open && known && <ul class="plain-list">{known.map((one) => <Cap key={one.name} limit={one} now={limits.value[one.name]} />)}</ul>}
      <footer>
        <span class="muted small" role="status">{changed > 0 ? S.limits.changed(changed) : S.limits.ordinary}</span>
        <button type="button" class="button" disabled={changed === 0} onClick={() => { limits.value = {}; }}>{S.limits.reset}</button>
      </footer>
    </dialog>
  );
}

function Cap({ limit, now }: { limit: Limit; now: number | undefined }) {
  const [text, setText] = useState<string | null>(null);
  const bad = text !== null && text.trim() !== '' && readLimit(text) === null;
  const id = `limit-${limit.name}`;
  return (
    <li class={now === undefined ? 'limit' : 'limit changed'}>
      <label for={id}><code>{limit.name}</code> <span class="muted small">{limit.what}</span></label>
      <span class="limit-field">
        <input id={id} value={text ?? (now === undefined ? '' : writeLimit(now))} placeholder={writeLimit(limit.value)} inputMode="text" autocomplete="off" spellcheck={false} aria-invalid={bad} aria-describedby={bad ? `${id}-bad` : undefined}
          onInput={(event) => {
            const { value } = event.currentTarget;
            setText(value);
            if (value.trim() === '' || readLimit(value) !== null) setLimit(limit, readLimit(value));
          }}
          onBlur={() => { if (!bad) setText(null); }} />
        {bad && <span id={`${id}-bad`} class="bad small" role="alert">{S.limits.bad}</span>}
      </span>
    </li>
  );
}
