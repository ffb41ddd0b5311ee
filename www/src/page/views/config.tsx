// How it runs, how it was built, and what is proven about where it comes from.
import { useEffect } from 'preact/hooks';
import type { Attestation, Signature } from '../../shared/report';
import { Icon } from '../components/icon';
import { Digest, LayerMark, VerificationMark } from '../components/marks';
import { Facts } from '../components/panel';
import { ago, bytes, command, date } from '../../shared/format';
import { route } from '../route';
import { S } from '../../shared/strings';
import type { ViewProps } from './context';

export function Config({ head }: ViewProps) {
  const { image, signatures } = head.report;
  const { config } = image;
  const { item } = route.value;
  useEffect(() => { if (item) document.getElementById(`config-${item}`)?.scrollIntoView(); }, [item]);
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
      <section class="box span" id="config-signatures">
        <h2>{S.config.signatures}</h2>
        {signatures.signatures.length + signatures.attestations.length === 0 && <p class="muted">{S.empty.signatures}</p>}
        <ul class="plain-list gaps-list">{signatures.signatures.map((one, index) => <li key={index}><SignatureItem of={one} /></li>)}{signatures.attestations.map((one, index) => <li key={index}><AttestationItem of={one} /></li>)}</ul>
        <h3>{S.config.digests}</h3>
        {signatures.integrity.length === 0 ? <p class="muted">{S.empty.integrity}</p> : (
          <ul class="plain-list rows integrity">{signatures.integrity.map((one) => <li key={one.what}><span>{one.what}</span><Digest digest={one.digest} /><VerificationMark verification={one.verification} /></li>)}</ul>
        )}
      </section>
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

function SignatureItem({ of }: { of: Signature }) {
  const tone = of.state === 'verified' ? 'good' : of.state === 'refused' ? 'bad' : 'quiet';
  return (
    <div class="signature">
      <p><span class={`mark-pill tone-${tone}`}><Icon name={of.state === 'verified' ? 'check' : of.state === 'refused' ? 'cross' : 'dash'} />{S.signatureState[of.state]}</span> <strong>{of.format}</strong></p>
      <p>{of.statement}</p>
      {of.reasons.length > 0 && <ul class="steps">{of.reasons.map((one) => <li key={one}>{one}</li>)}</ul>}
      {of.steps && of.steps.length > 0 && (
        <ol class="steps-proven">{of.steps.map((step) => (
          <li key={step.what}><span class={`mark-pill tone-${step.state === 'proven' ? 'good' : step.state === 'refused' ? 'bad' : 'quiet'}`}><Icon name={step.state === 'proven' ? 'check' : step.state === 'refused' ? 'cross' : 'dash'} />{S.config.stepState[step.state] ?? step.state}</span>
            <span><strong>{step.what}</strong> <span class="muted">{step.detail}</span></span></li>
        ))}</ol>
      )}
      <Facts of={[[S.facts.signer, of.signer], [S.facts.issuer, of.issuer], [S.facts.signed, of.signedAt && date(of.signedAt)], [S.facts.algorithm, of.algorithm], [S.facts.digest, of.signedDigest && <Digest digest={of.signedDigest} />], [S.facts.logEntry, of.logIndex], [S.facts.foundIn, of.foundIn && <code>{of.foundIn}</code>]]} />
    </div>
  );
}

function AttestationItem({ of }: { of: Attestation }) {
  return (
    <div class="signature">
      <p><strong>{S.config.attestation}</strong> <code>{of.predicateType}</code> {of.aboutThisImage ? '' : <span class="bad">{S.config.otherImage}</span>}</p>
      <Facts of={of.facts.map((fact) => [fact.name, fact.value] as const)} />
      {of.missing && of.missing.length > 0 && <ul class="steps">{of.missing.map((one) => <li key={one}>{one}</li>)}</ul>}
      {of.signature ? <SignatureItem of={of.signature} /> : <p class="muted">{S.config.unsigned}</p>}
    </div>
  );
}
