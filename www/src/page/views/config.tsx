// How it runs, how it was built, and what is proven about where it comes from.
import { useEffect } from 'preact/hooks';
import type { Attestation, Signature } from '../../shared/report';
import { Icon } from '../components/icon';
import { Digest, LayerMark, VerificationMark } from '../components/marks';
import { Facts } from '../components/panel';
import { ago, bytes, command, date } from '../format';
import { route } from '../route';
import { S } from '../strings';
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
        <h2>How it runs</h2>
        <Facts of={[
          ['User', config.user || 'root (none is set)'], ['Entrypoint', list(config.entrypoint)], ['Command', list(config.cmd)],
          ['Working folder', config.workingDir && <code>{config.workingDir}</code>], ['Ports', list(config.exposedPorts)], ['Volumes', list(config.volumes)],
          ['Stop signal', config.stopSignal], ['Health check', config.healthcheck && list(config.healthcheck)], ['Shell', list(config.shell)], ['On build', list(config.onBuild)],
          ['Author', image.author], ['Created', image.created && `${date(image.created) ?? image.created} (${ago(image.created) ?? ''})`],
        ]} />
      </section>
      <section class="box" id="config-base">
        <h2>Base image and distribution</h2>
        {image.base || image.distribution ? (
          <Facts of={[
            ['Base', image.base?.name], ['Digest', image.base?.digest && <Digest digest={image.base.digest} />],
            ['Its layers', image.base && image.base.layers > 0 && `the lowest ${image.base.layers}`],
            ['Newest content', image.base?.newestContent && `${date(image.base.newestContent) ?? ''} (${ago(image.base.newestContent) ?? ''})`],
            ['Recognised by', image.base && image.base.evidence.length > 0 && <ul class="plain-list">{image.base.evidence.map((one) => <li key={one}>{one}</li>)}</ul>],
            ['Distribution', image.distribution?.prettyName], ['Kind', image.distribution?.flavour], ['Read from', image.distribution?.path && <code>{image.distribution.path}</code>],
            ['Support ends', image.distribution?.endOfLife && <>{date(image.distribution.endOfLife)}{image.distribution.endOfLifeReached && <strong class="bad"> (over)</strong>}</>],
          ]} />
        ) : <p class="muted">{S.cards.scratch}</p>}
      </section>
      <section class="box">
        <h2>Environment</h2>
        {config.env.length === 0 ? <p class="muted">{S.empty.env}</p> : <KeyValues of={config.env.map((line) => [line.split('=')[0] ?? '', line.slice(line.indexOf('=') + 1)])} />}
      </section>
      <section class="box">
        <h2>Labels</h2>
        {Object.keys(config.labels).length === 0 ? <p class="muted">{S.empty.labels}</p> : <KeyValues of={Object.entries(config.labels)} />}
        {Object.keys(image.annotations).length > 0 && <><h3>Annotations</h3><KeyValues of={Object.entries(image.annotations)} /></>}
      </section>
      <section class="box span" id="config-signatures">
        <h2>Signatures and attestations</h2>
        {signatures.signatures.length + signatures.attestations.length === 0 && <p class="muted">{S.empty.signatures}</p>}
        <ul class="plain-list gaps-list">{signatures.signatures.map((one, index) => <li key={index}><SignatureItem of={one} /></li>)}{signatures.attestations.map((one, index) => <li key={index}><AttestationItem of={one} /></li>)}</ul>
        <h3>Digests</h3>
        {signatures.integrity.length === 0 ? <p class="muted">{S.empty.integrity}</p> : (
          <ul class="plain-list rows integrity">{signatures.integrity.map((one) => <li key={one.what}><span>{one.what}</span><Digest digest={one.digest} /><VerificationMark verification={one.verification} /></li>)}</ul>
        )}
      </section>
      <section class="box span">
        <h2>History</h2>
        {image.history.length === 0 ? <p class="muted">{S.empty.history}</p> : (
          <ol class="history">
            {image.history.map((step, index) => (
              <li key={index} class={step.emptyLayer ? 'empty-layer' : ''}>
                {step.layer !== null ? <LayerMark layer={step.layer} /> : <span class="layer-mark none" title="made no layer">·</span>}
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

function KeyValues({ of }: { of: [string, string][] }) {
  return <dl class="pairs">{of.map(([name, value]) => <div key={name}><dt class="mono">{name}</dt><dd class="mono">{value}</dd></div>)}</dl>;
}

function SignatureItem({ of }: { of: Signature }) {
  const tone = of.state === 'verified' ? 'good' : of.state === 'refused' ? 'bad' : 'quiet';
  return (
    <div class="signature">
      <p><span class={`mark-pill tone-${tone}`}><Icon name={of.state === 'verified' ? 'check' : of.state === 'refused' ? 'cross' : 'dash'} />{S.signatureState[of.state]}</span> <strong>{of.format}</strong></p>
      <p>{of.statement}</p>
      {of.reasons.length > 0 && <ul class="steps">{of.reasons.map((one) => <li key={one}>{one}</li>)}</ul>}
      <Facts of={[['Signer', of.signer], ['Issuer', of.issuer], ['Signed', of.signedAt && date(of.signedAt)], ['Algorithm', of.algorithm], ['Digest', of.signedDigest && <Digest digest={of.signedDigest} />], ['Log entry', of.logIndex]]} />
    </div>
  );
}

function AttestationItem({ of }: { of: Attestation }) {
  return (
    <div class="signature">
      <p><strong>Attestation</strong> <code>{of.predicateType}</code> {of.aboutThisImage ? '' : <span class="bad">about another image</span>}</p>
      <Facts of={of.facts.map((fact) => [fact.name, fact.value] as const)} />
      {of.signature ? <SignatureItem of={of.signature} /> : <p class="muted">Not signed: anyone who could write the image could write this.</p>}
    </div>
  );
}
