// One screen: is it safe to ship, what is most worth doing, where the bytes are, what it is.
import { Icon } from '../components/icon';
import { Digest, SeverityMark } from '../components/marks';
import { Facts } from '../components/panel';
import { ago, bytes, command, count, date, percent, sentence } from '../../shared/format';
import { href } from '../route';
import { S } from '../../shared/strings';
import { Cards, isList } from './cards';
import { Counts, CountsHint } from './counts';
import type { ViewProps } from './context';
import { Requests } from './requests';

export function Overview({ head, scanning }: ViewProps) {
  return (
    <div class="overview">
      <h1 class="visually-hidden">{S.tabs.overview}</h1>
      <Counts head={head} />
      <Cards head={head} scanning={scanning} />
      <Warnings head={head} />
      <div class="columns">
        <Todo head={head} scanning={scanning} />
        <Identity head={head} />
        {!isList(head) && <LayerBars head={head} />}
        <Software head={head} scanning={scanning} />
        <Application head={head} />
        <CountsHint />
        <section class="box"><h2>{S.overview.requests}</h2><Requests /></section>
      </div>
    </div>
  );
}

/** What a person must know before believing the cards: no more fixes are published for it. */
function Warnings({ head }: { head: ViewProps['head'] }) {
  const { image, vulnerabilities } = head.report;
  const { distribution } = image;
  const ended = distribution?.endOfLifeReached && distribution.endOfLife;
  const runtimes = vulnerabilities.pastEndOfLife.slice(0, 5);
  if (!ended && runtimes.length === 0) return null;
  return (
    <div class="warnings">
      {ended && <p class="note bad"><Icon name="clock" /><span><strong>{S.overview.endOfLife(distribution.prettyName, date(ended) ?? ended)}.</strong> {S.overview.endOfLifeHint}</span></p>}
      {runtimes.map((one) => <p class="note bad" key={one.purl}><Icon name="clock" /><span><a href={href('packages', null, { q: one.package })}>{S.overview.runtimeEnded(`${one.package} ${one.version}`, date(one.ended) ?? one.ended)}</a></span></p>)}
    </div>
  );
}

function Todo({ head, scanning }: { head: ViewProps['head']; scanning: boolean }) {
  const { vulnerabilities, secrets } = head.verdict;
  const failed = head.report.checks.filter((check) => check.outcome === 'fail').slice(0, 4);
  const remedies = head.report.efficiency.remedies.slice(0, 3);
  const upgrades = vulnerabilities.upgrades.slice(0, 5);
  const nothing = !scanning && upgrades.length + failed.length + remedies.length + secrets.total === 0;
  return (
    <section class="box todo">
      <h2>{S.overview.todo}</h2>
      {vulnerabilities.firstThree > 0 && <p class="lead">{S.overview.firstThree(Math.min(3, vulnerabilities.upgrades.length), vulnerabilities.firstThree)}</p>}
      <ul class="todo-list">
        {secrets.total > 0 && <li><a href={href('secrets')}><Icon name="key" class="bad" /><span>{S.overview.secretsTodo(secrets.total)}</span>{secrets.buried > 0 && <small>{S.cards.buried(secrets.buried)}</small>}</a></li>}
        {upgrades.map((upgrade) => (
          <li key={upgrade.package + upgrade.installed}>
            <a href={href('vulns', null, { 'f.package': upgrade.package, 'f.fix': 'fixed' })}>
              <Icon name="upload" /><span>{S.overview.upgrade(upgrade.package, upgrade.to ?? '')} <small class="mono">{S.overview.from(upgrade.installed)}</small></span>
              <small>{S.overview.upgradeGoes(upgrade.closes.length)} <SeverityMark severity={upgrade.severity} /></small>
            </a>
          </li>
        ))}
        {failed.map((check) => <li key={check.code}><a href={href('checks', check.code)}><Icon name="cross" class="bad" /><span class="two-lines">{sentence(check.message)}</span>{check.saves ? <small>{S.overview.saves(bytes(check.saves))}</small> : null}</a></li>)}
        {remedies.map((remedy) => <li key={remedy.text}><a href={remedy.layer === null ? href('layers') : href('layers', String(remedy.layer))}><Icon name="weight" /><span>{remedy.text}</span><small>{S.overview.saves(bytes(remedy.bytes))}</small></a></li>)}
      </ul>
      {nothing && <p class="muted">{S.overview.nothingTodo}</p>}
      {scanning && <p class="muted">{S.cards.pending}</p>}
    </section>
  );
}

function Identity({ head }: { head: ViewProps['head'] }) {
  const { image } = head.report;
  const { config, platform } = image;
  const listed = (items: readonly string[]): string | null => (items.length ? items.join(' ') : null);
  return (
    <section class="box">
      <h2>{S.overview.identity}</h2>
      <Facts of={[
        [S.facts.names, image.names.length > 0 && <ul class="plain-list">{image.names.slice(0, 8).map((name) => <li key={name}><code>{name}</code></li>)}</ul>],
        [S.facts.platform, [platform.os, platform.architecture, platform.variant].filter(Boolean).join('/')],
        [S.facts.created, image.created && `${date(image.created) ?? image.created}, ${ago(image.created) ?? ''}`],
        [S.facts.distribution, image.distribution?.prettyName],
        [S.facts.user, !isList(head) && (config.user || S.facts.root)],
        [S.facts.entrypoint, listed(config.entrypoint) && <code>{listed(config.entrypoint)}</code>],
        [S.facts.command, listed(config.cmd) && <code>{listed(config.cmd)}</code>],
        [S.facts.ports, listed(config.exposedPorts)],
        [S.facts.folder, config.workingDir && <code>{config.workingDir}</code>],
        [S.facts.manifest, image.manifestDigest && <Digest digest={image.manifestDigest} />],
        [S.facts.imageId, image.configDigest && <Digest digest={image.configDigest} />],
      ]} />
      {!isList(head) && <p><a href={href('config')}>{S.overview.rest}</a></p>}
    </section>
  );
}

function LayerBars({ head }: { head: ViewProps['head'] }) {
  const { layers } = head.report;
  const largest = Math.max(1, ...layers.map((layer) => layer.storedSize));
  const shown = [...layers].sort((a, b) => b.storedSize - a.storedSize).slice(0, 7).sort((a, b) => a.index - b.index);
  const all = layers.reduce((sum, layer) => sum + layer.storedSize, 0);
  return (
    <section class="box">
      <h2>{S.overview.layers}</h2>
      {layers.length === 0 ? <p class="muted">{S.empty.layers}</p> : (
        <ul class="bars">
          {shown.map((layer) => (
            <li key={layer.index}>
              <a href={href('layers', String(layer.index))}>
                <span class="bar-label"><span class="layer-mark">{layer.index}</span><span class="truncate mono">{command(layer.createdBy) || S.layers.unknownCommand}</span><span class="number">{bytes(layer.storedSize)}</span></span>
                <span class="bar"><span class={`fill-${layer.origin === 'base' ? 'base' : 'own'}`} style={{ inlineSize: `${(layer.storedSize / largest) * 100}%` }} /></span>
                <span class="visually-hidden">{percent(layer.storedSize, all)}, {S.origin[layer.origin]}</span>
              </a>
            </li>
          ))}
        </ul>
      )}
      <p class="legend small"><span><i class="fill-own" />{S.origin.own}</span><span><i class="fill-base" />{S.origin.base}</span>{layers.length > shown.length && <a href={href('layers')}>{S.overview.allLayers(layers.length)}</a>}</p>
    </section>
  );
}

function Software({ head, scanning }: { head: ViewProps['head']; scanning: boolean }) {
  const { packages } = head.verdict;
  const largest = Math.max(1, ...packages.byKind.map(([, value]) => value));
  return (
    <section class="box">
      <h2>{S.overview.software} <span class="count">{count(packages.total)}</span></h2>
      {packages.total === 0 ? <p class="muted">{scanning ? S.empty.packagesScanning : S.empty.packages}</p> : (
        <ul class="bars">
          {packages.byKind.slice(0, 9).map(([kind, value]) => (
            <li key={kind}>
              <a href={href('packages', null, { 'f.kind': kind })}>
                <span class="bar-label"><span class="truncate">{kind}</span><span class="number">{count(value)}</span></span>
                <span class="bar"><span class="fill-own" style={{ inlineSize: `${(value / largest) * 100}%` }} /></span>
              </a>
            </li>
          ))}
        </ul>
      )}
      {packages.hidden > 0 && <p class="small"><a href={href('packages', null, { 'f.state': 'removed' })}>{S.overview.hidden(packages.hidden)}</a></p>}
    </section>
  );
}

function Application({ head }: { head: ViewProps['head'] }) {
  const { application } = head.report;
  if (application.files === 0) return null;
  return (
    <section class="box">
      <h2>{S.overview.application}</h2>
      <p class="muted small">{S.overview.applicationSize(application.files, bytes(application.bytes), percent(application.bytes, application.bytes + application.ownedBytes))}</p>
      <ul class="plain-list rows">
        {application.directories.slice(0, 6).map((folder) => (
          <li key={folder.path}><a class="mono truncate" href={href('files', folder.path)}>{folder.path}</a><span class="number">{bytes(folder.bytes)}</span></li>
        ))}
      </ul>
      {application.languages.length > 0 && <p class="tags">{application.languages.slice(0, 8).map((one) => <span class="tag" key={one.language}>{one.language} {bytes(one.bytes)}</span>)}</p>}
    </section>
  );
}

