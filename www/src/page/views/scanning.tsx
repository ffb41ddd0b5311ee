// While it scans: a bar per layer in its share of bytes, what was found so far, rate and time left, Cancel.
import { useEffect, useState } from 'preact/hooks';
import { Icon } from '../components/icon';
import { bytes, count, duration } from '../../shared/format';
import { cancel } from '../scan';
import type { Slot, Subject } from '../store';
import { S } from '../../shared/strings';

/** Without a word on progress for so long, milliseconds, rate and time left are counted on. */
const SILENT = 1000;

export function Scanning({ subject, slot }: { subject: Subject; slot: Slot }) {
  const { progress } = subject;
  const [, look] = useState({});
  // Drawn with each word on how far it is; by a clock only where none comes.
  useEffect(() => {
    const timer = setTimeout(() => look({}), SILENT);
    return () => clearTimeout(timer);
  });
  const seconds = Math.max(0.05, (performance.now() - subject.started) / 1000);
  const rate = progress ? progress.read / seconds : 0;
  // Of the first hundredth nothing can be foretold: it may be one small layer.
  const left = progress && progress.total > progress.read && progress.read > progress.total / 100 ? (progress.total - progress.read) / rate : null;
  const phase = progress?.phase ?? 'index';
  const found = progress && !subject.remote ? progress.found : null;
  return (
    <section class="scanning" aria-label={S.opening}>
      <div class="scanning-head">
        <p><strong>{S.phases[phase]}</strong>{progress && progress.total > 0 && <span class="muted"> {S.scan.of(bytes(progress.read), bytes(progress.total))}</span>}</p>
        <p class="muted">{rate > 0 && S.perSecond(bytes(rate))}{left !== null && left > 0.8 && `, ${S.left(duration(left))}`}</p>
        <button type="button" class="button" onClick={() => cancel(slot)}><Icon name="close" />{S.cancel}</button>
      </div>
      <div class="scan-bar" role="progressbar" aria-label={S.phases[phase]} aria-valuemin={0} aria-valuemax={100}
        aria-valuenow={progress && progress.total > 0 ? Math.round((progress.read / progress.total) * 100) : 0}>
        {(progress?.layers ?? []).map((layer, index) => (
          <span key={index} class={`scan-layer ${layer.state}`} style={{ flexGrow: Math.max(1, layer.total) }} title={S.scan.layer(index, bytes(layer.total), S.layerStates[layer.state])}>
            <span style={{ inlineSize: `${layer.total > 0 ? Math.min(100, (layer.read / layer.total) * 100) : layer.state === 'done' ? 100 : 0}%` }} />
          </span>
        ))}
      </div>
      {progress && <p class="scanning-found small">
        {found && <><span><strong>{count(found.files)}</strong> {S.scan.files(found.files)}</span><span><strong>{count(found.packages)}</strong> {S.scan.packages(found.packages)}</span>
          <span><strong>{count(found.secrets)}</strong> {S.scan.secrets(found.secrets)}</span></>}
        {progress.layers.length > 0 && <span class="muted">{S.scan.layers(progress.layers.filter((one) => one.state === 'done' || one.state === 'cached').length, progress.layers.length)}</span>}
      </p>}
    </section>
  );
}
