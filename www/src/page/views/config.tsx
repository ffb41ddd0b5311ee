// How it runs, how it was built, and what is proven about where it comes from.
import { useEffect } from 'preact/hooks';
import { Digest, LayerMark } from '../components/marks';
import { Facts } from '../components/panel';
import { ago, bytes, command, date } from '../../shared/format';
import { route } from '../route';
import { S } from '../../shared/strings';
import { isList, NotListed } from './cards';
import type { ViewProps } from './context';
import { Signatures } from './signatures';

export function Config(props: ViewProps) {
  const { head } = props;
  const { image } = head.report;
  const { config } = image;
  const { item } = route.value;
  useEffect(() => { if (item) document.getElementById(`config-${item}`)?.scrollIntoView(); }, [item]);
  if (isList(head)) return <div class="empty"><NotListed /></div>;
  const list = (items: readonly string[]) => items.length > 0 && <code>{items.map((one) => (/[\s"']/.test(one) ? JSON.stringify(one) : one)).join(' ')}</code>;
  return (
    <div class="columns config">
      <h1 class="visually-hidden">{S.tabs.config}</h1>
      <section class="box">
        <h2>{S.config.runs}</h2>
        <Facts of={[
          [S.facts.user, config.user || S.facts.root], [S.facts.entrypoint, list(config.entrypoint)], [S.facts.command, list(config.cmd)],
          [S.facts.folder, config.workingDir && <code>{config.workingDir}</code>], [S.facts.ports, list(config.exposedPorts)], [S.facts.volumes, list(config.volumes)],
          [S.facts.stop, config.stopSignal], [S.facts.health, config.healthcheck && list(config.healthcheck)], [S.facts.shell, list(config.shell)], [S.facts.onBuild, list(config.onBuild)],
          [S.facts.author, image.author], [S.facts.created, image.created && `${date(image.created) ?? image.created} (${ago(image.created) ?? ''})`],
        ]} />
      </section>
      <section class="box" id="config-base">
        <h2>{S.config.base}</h2>
        {image.base || image.distribution ? (
          <Facts of={[
            [S.facts.base, image.base?.name], [S.facts.digest, image.base?.digest && <Digest digest={image.base.digest} />],
            [S.facts.itsLayers, image.base && image.base.layers > 0 && S.facts.lowest(image.base.layers)],
            [S.facts.newest, image.base?.newestContent && `${date(image.base.newestContent) ?? ''} (${ago(image.base.newestContent) ?? ''})`],
            [S.facts.recognised, image.base && image.base.evidence.length > 0 && <ul class="plain-list">{image.base.evidence.map((one) => <li key={one}>{one}</li>)}</ul>],
            [S.facts.distribution, image.distribution?.prettyName], [S.facts.kind, image.distribution?.flavour], [S.facts.readFrom, image.distribution?.path && <code>{image.distribution.path}</code>],
            [S.facts.supportEnds, image.distribution?.endOfLife && <>{date(image.distribution.endOfLife)}{image.distribution.endOfLifeReached && <strong class="bad"> ({S.facts.over})</strong>}</>],
          ]} />
        ) : <p class="muted">{S.cards.scratch}</p>}
      </section>
      <section class="box">
        <h2>{S.config.environment}</h2>
        {config.env.length === 0 ? <p class="muted">{S.empty.env}</p> : <KeyValues of={config.env.map((line) => [line.split('=')[0] ?? '', line.slice(line.indexOf('=') + 1)])} />}
      </section>
      <section class="box">
        <h2>{S.config.labels}</h2>
        {Object.keys(config.labels).length === 0 ? <p class="muted">{S.empty.labels}</p> : <KeyValues of={Object.entries(config.labels)} />}
        {Object.keys(image.annotations).length > 0 && <><h3>{S.config.annotations}</h3><KeyValues of={Object.entries(image.annotations)} /></>}
      </section>
      <Signatures {...props} />
      <section class="box span">
        <h2>{S.config.history}</h2>
        {image.history.length === 0 ? <p class="muted">{S.empty.history}</p> : (
          <ol class="history">
            {image.history.map((step, index) => (
              <li key={index} class={step.emptyLayer ? 'empty-layer' : ''}>
                {step.layer !== null ? <LayerMark layer={step.layer} /> : <span class="layer-mark none" title={S.config.noLayer}>·</span>}
                <code>{command(step.createdBy) || step.comment || '—'}</code>
                <span class="small muted nowrap">{step.layer !== null && bytes(head.report.layers[step.layer]?.storedSize ?? 0)} {ago(step.created)}</span>
              </li>
            ))}
          </ol>
        )}
      </section>
    </div>
  );
}

/** A reverse domain name may be broken after its dots. */
const breakable = (name: string) => name.split(/(?<=\.)/).flatMap((part, index) => (index === 0 ? [part] : [<wbr key={index} />, part]));

function KeyValues({ of }: { of: [string, string][] }) {
  return <dl class="pairs">{of.map(([name, value]) => <div key={name}><dt class="mono">{breakable(name)}</dt><dd class="mono">{value}</dd></div>)}</dl>;
}
