// The layers from the lowest: what made each, what it weighs, what it did, what was found in it.
import type { Layer } from '../../shared/report';
import { Icon } from '../components/icon';
import { Digest, OriginMark, VerificationMark } from '../components/marks';
import { Facts, Panel, Section } from '../components/panel';
import { ago, bytes, command, count, date, percent } from '../../shared/format';
import { go, href, route } from '../route';
import { S } from '../../shared/strings';
import { isList, NotListed } from './cards';
import type { ViewProps } from './context';

export function Layers({ head }: ViewProps) {
  const { layers, efficiency } = head.report;
  const { item } = route.value;
  const open = item === null ? undefined : layers[Number(item)];
  const largest = Math.max(1, ...layers.map((layer) => layer.storedSize));
  return (
    <div class={open ? 'with-panel' : ''}>
      <section class="list-view" aria-label={S.tabs.layers}>
        <header class="list-head"><h1>{S.tabs.layers} <span class="count">{count(layers.length)}</span></h1></header>
        {layers.length === 0 && <div class="empty">{isList(head) ? <NotListed /> : <><Icon name="layers" /><p>{S.empty.layers}</p></>}</div>}
        <ol class="layer-list grid-body-static">
          {layers.map((layer) => <LayerRow key={layer.index} layer={layer} largest={largest} head={head} wasted={efficiency.perLayer[layer.index] ?? 0} chosen={open === layer} />)}
        </ol>
        {efficiency.worst.length > 0 && <Waste head={head} />}
      </section>
      {open && <LayerPanel layer={open} head={head} />}
    </div>
  );
}

function LayerRow({ layer, largest, head, wasted, chosen }: { layer: Layer; largest: number; head: ViewProps['head']; wasted: number; chosen: boolean }) {
  const found = head.verdict.layers[layer.index];
  const number = String(layer.index);
  return (
    <li class={`layer-row row-static${chosen ? ' chosen' : ''}`} onClick={(event) => { if (!(event.target as Element).closest('a')) go(href('layers', number, route.value.params)); }}>
      <span class="layer-number">{number}</span>
      <div class="layer-main">
        <a class="layer-command mono" href={href('layers', number)}>{command(layer.createdBy) || <span class="muted">{S.layers.unknownCommand}</span>}</a>
        <span class="bar"><span class={`fill-${layer.origin === 'base' ? 'base' : 'own'}`} style={{ inlineSize: `${Math.max(0.3, (layer.storedSize / largest) * 100)}%` }} /></span>
        <span class="layer-facts small">
          <OriginMark origin={layer.origin} />
          {layer.added.count > 0 && <span class="change added"><Icon name="plus" label={S.layers.added} />{count(layer.added.count)}</span>}
          {layer.changed.count > 0 && <span class="change changed"><Icon name="delta" label={S.layers.changed} />{count(layer.changed.count)}</span>}
          {layer.removed.count > 0 && <span class="change removed"><Icon name="minus" label={S.layers.removed} />{count(layer.removed.count)}</span>}
          {found && found.packages > 0 && <span>{S.layers.packages(found.packages)}</span>}
          {found && found.vulnerabilities > 0 && <span>{S.layers.vulnerabilities(found.vulnerabilities)}</span>}
          {found && found.secrets > 0 && <span class="bad">{S.layers.secrets(found.secrets)}</span>}
          {wasted > 0 && <span>{S.layers.wastedShort(bytes(wasted))}</span>}
          {layer.digestState.state === 'mismatch' || layer.diffIdState.state === 'mismatch' ? <span class="bad"><Icon name="cross" />{S.verification.mismatch}</span> : null}
          {layer.digestState.state === 'unread' && <span class="bad"><Icon name="alert" />{S.verification.unread}</span>}
        </span>
      </div>
      <span class="layer-size number">{bytes(layer.storedSize)}<small class="muted">{layer.uncompressedSize > 0 && layer.compression !== 'none' && bytes(layer.uncompressedSize)}</small></span>
    </li>
  );
}

function LayerPanel({ layer, head }: { layer: Layer; head: ViewProps['head'] }) {
  const found = head.verdict.layers[layer.index];
  const wasted = head.report.efficiency.perLayer[layer.index] ?? 0;
  const only = { 'f.layer': String(layer.index) };
  return (
    <Panel title={S.layers.number(layer.index)} kicker={<OriginMark origin={layer.origin} />}>
      <Section title={S.layers.command}>
        {layer.createdBy ? <pre class="code wrap">{breakCommand(command(layer.createdBy))}</pre> : <p class="muted">{S.layers.unknownCommand}</p>}
        {layer.created && <p class="muted small">{date(layer.created)}, {ago(layer.created)}</p>}
      </Section>
      <p><a class="button" href={href('files', null, { layer: String(layer.index) })}><Icon name="folder" />{S.layers.browse}</a></p>
      <Section title={S.layers.cost}>
        <Facts of={[
          [S.layers.stored, `${bytes(layer.storedSize)}${layer.compression && layer.compression !== 'none' ? ` (${layer.compression})` : ''}`],
          [S.layers.unpacked, layer.uncompressedSize > 0 && layer.compression !== 'none' && `${bytes(layer.uncompressedSize)}${layer.storedSize > 0 ? `, ${S.layers.times((layer.uncompressedSize / layer.storedSize).toFixed(1))}` : ''}`],
          [S.layers.added, S.layers.touched(layer.added.count, bytes(layer.added.bytes))],
          [S.layers.changed, S.layers.touched(layer.changed.count, bytes(layer.changed.bytes))],
          [S.layers.removed, S.layers.touched(layer.removed.count, bytes(layer.removed.bytes))],
          [S.facts.waste, wasted > 0 && S.layers.wasted(bytes(wasted))],
          [S.tabs.packages, found && found.packages > 0 && <a href={href('packages', null, only)}>{S.layers.packages(found.packages)}</a>],
          [S.tabs.vulns, found && found.vulnerabilities > 0 && <a href={href('vulns', null, only)}>{S.layers.vulnerabilities(found.vulnerabilities)}</a>],
          [S.tabs.secrets, found && found.secrets > 0 && <a href={href('secrets', null, only)}>{S.layers.secrets(found.secrets)}</a>],
        ]} />
      </Section>
      <Section title={S.layers.digests}>
        <Facts of={[
          [S.facts.stored, layer.digest && <><Digest digest={layer.digest} /> <VerificationMark verification={layer.digestState} /></>],
          [S.facts.diffId, layer.diffId && <><Digest digest={layer.diffId} /> <VerificationMark verification={layer.diffIdState} /></>],
          [S.facts.mediaType, layer.mediaType && <code>{layer.mediaType}</code>],
        ]} />
        {[layer.digestState, layer.diffIdState].map((one, index) => one.state === 'mismatch' && <p key={index} class="note bad"><span>{S.layers.stated} <code>{one.expected}</code><br />{S.layers.actual} <code>{one.actual}</code></span></p>)}
      </Section>
    </Panel>
  );
}

/** A long shell line, broken where a person would break it. */
const breakCommand = (text: string): string => text.replace(/ (&&|\|\||;) /g, ' $1\n    ');

function Waste({ head }: { head: ViewProps['head'] }) {
  const { efficiency } = head.report;
  return (
    <section class="box waste">
      <h2>{S.layers.waste} <span class="count">{S.layers.wasteShare(bytes(efficiency.wastedBytes), percent(efficiency.wastedBytes, efficiency.shippedBytes))}</span></h2>
      <p class="muted small">{S.layers.wasteHint(bytes(efficiency.wastedStoredBytes))}</p>
      <ul class="plain-list rows">
        {efficiency.worst.slice(0, 25).map((one) => (
          <li key={one.path}>
            <a class="mono truncate" href={href('files', one.path, one.layers[0] === undefined ? {} : { layer: String(one.layers[0]) })}>{one.path}</a>
            <span class="small muted nowrap">{one.deleted ? S.layers.removedBy(one.by) : S.layers.changedBy(one.by)}</span>
            <span class="number">{bytes(one.bytes)}</span>
          </li>
        ))}
      </ul>
      {efficiency.worstTotal > 25 && <p class="muted small">{S.gaps.more(efficiency.worstTotal - 25)}</p>}
    </section>
  );
}
