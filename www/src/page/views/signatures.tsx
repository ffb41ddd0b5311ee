// What is proven about where the image comes from: by whom, when, and what is not. Never a tick for anything that was not verified.
import { useRef, useState } from 'preact/hooks';
import type { Trust, TrustStore } from '../../shared/protocol';
import type { Attestation, Signature, SignatureStep } from '../../shared/report';
import { Icon, type IconName } from '../components/icon';
import { Digest, VerificationMark } from '../components/marks';
import { Facts } from '../components/panel';
import { S } from '../../shared/strings';
import { nobody, trust } from '../trust';
import type { ViewProps } from './context';

const T = S.signatures;

export function Signatures({ model, head }: ViewProps) {
  const { saved } = head;
  const { signatures, attestations, integrity } = head.report.signatures;
  const some = signatures.length + attestations.length > 0;
  return (
    <section class="box span" id="config-signatures">
      <h2>{T.title}</h2>
      {!some && <p class="muted">{S.empty.signatures}</p>}
      {signatures.length > 0 && <ul class="plain-list signed">{signatures.map((one, index) => <li key={index}><SignatureItem of={one} /></li>)}</ul>}
      {attestations.length > 0 && (
        <>
          <h3>{T.attestations}</h3>
          <ul class="plain-list signed">{attestations.map((one, index) => <li key={index}><AttestationItem of={one} /></li>)}</ul>
        </>
      )}
      {some && !saved && <TrustForm model={model} />}
      <h3>{T.digests}</h3>
      {integrity.length === 0 ? <p class="muted">{S.empty.integrity}</p> : (
        <ul class="plain-list rows integrity">{integrity.map((one) => <li key={`${one.what} ${one.digest}`}><span>{one.what}</span><Digest digest={one.digest} /><VerificationMark verification={one.verification} /></li>)}</ul>
      )}
    </section>
  );
}

const STATES: Record<Signature['state'], [IconName, string]> = { verified: ['check', 'good'], refused: ['cross', 'bad'], unjudged: ['alert', 'warn'], unchecked: ['dash', 'quiet'] };
const STEPS: Record<SignatureStep['state'], [IconName, string]> = { proven: ['check', 'good'], refused: ['cross', 'bad'], notChecked: ['dash', 'quiet'] };

function StateMark({ state }: { state: Signature['state'] }) {
  const [icon, tone] = STATES[state];
  return <span class={`mark-pill tone-${tone}`}><Icon name={icon} />{S.signatureState[state]}</span>;
}

function SignatureItem({ of }: { of: Signature }) {
  const steps = of.steps ?? []; // a report of an older version has none
  return (
    <article class="signature" data-state={of.state}>
      <p><StateMark state={of.state} /> <strong>{T.formats[of.format] ?? of.format}</strong></p>
      <p class="statement">{of.statement}</p>
      {steps.length > 0 && (
        <ol class="steps-proven">
          {steps.map((step, index) => {
            // A step of a signature that is not verified as a whole proves a part; its tick must not look like the whole's.
            const [icon, tone] = STEPS[step.state];
            const whole = of.state === 'verified' || step.state !== 'proven';
            return <li key={index}><span class={`mark-pill tone-${whole ? tone : 'quiet'}`}><Icon name={whole ? icon : 'info'} />{T.steps[step.state]}</span> <span><strong>{step.what}</strong>: {step.detail}</span></li>;
          })}
        </ol>
      )}
      <Facts of={[[T.signer, of.signer], [T.issuer, of.issuer], [T.signedAt, of.signedAt], [T.algorithm, of.algorithm], [T.signedDigest, of.signedDigest && <Digest digest={of.signedDigest} />], [T.logEntry, of.logIndex], [T.foundIn, of.foundIn && <Digest digest={of.foundIn} />]]} />
    </article>
  );
}

function AttestationItem({ of }: { of: Attestation }) {
  const { sbom, scan, missing = [] } = of;
  return (
    <article class="signature">
      <p><strong>{T.kind(of.predicateType)}</strong> <code>{of.predicateType}</code> {!of.aboutThisImage && (of.subject ? <span class="bad">{T.another}</span> : <span class="muted">{T.aboutNothing}</span>)}</p>
      <Facts of={of.facts.map((fact) => [fact.name, fact.value] as const)} />
      {sbom && <p>{T.sbom(sbom.both, sbom.onlyScan, sbom.onlySbom)}</p>}
      {sbom && <Examples title={T.onlyScan} of={sbom.onlyScanExamples} />}
      {sbom && <Examples title={T.onlySbom} of={sbom.onlySbomExamples} />}
      {scan?.compared && <p>{T.scan(scan.compared.both, scan.compared.onlyHere, scan.compared.onlyAttested)}</p>}
      {scan?.compared && <Examples title={T.onlyAttested} of={scan.compared.onlyAttestedExamples} />}
      {missing.length > 0 && <><p>{T.lacks}</p><ul class="steps">{missing.map((one) => <li key={one}>{one}</li>)}</ul></>}
      {of.signature ? <SignatureItem of={of.signature} /> : <p class="muted">{T.unsigned}</p>}
    </article>
  );
}

function Examples({ title, of }: { title: string; of: readonly string[] }) {
  if (of.length === 0) return null;
  return <details><summary>{title}</summary><ul class="steps">{of.map((one) => <li key={one}><code>{one}</code></li>)}</ul></details>;
}

/** Lines or comma-separated; empty ones are left out. */
const list = (text: string): string[] => text.split(/[\n,]/).map((one) => one.trim()).filter((one) => one !== '');

function TrustForm({ model }: { model: ViewProps['model'] }) {
  const form = useRef<HTMLFormElement>(null);
  const [told, setTold] = useState({ tone: 'muted', text: T.kept as string, times: 0 });
  const tell = (tone: string, text: string): void => setTold(({ times }) => ({ tone, text, times: times + 1 }));
  const now = trust.value;
  const apply = async (next: Trust): Promise<void> => {
    try {
      const { milliseconds } = await model.ask('verify', next);
      trust.value = next;
      tell('quiet', T.judged(milliseconds));
    } catch (error) {
      tell('bad', error instanceof Error ? error.message : String(error));
    }
  };
  const submit = async (): Promise<void> => {
    if (!form.current) return;
    const data = new FormData(form.current);
    const typed = (name: string): string => String(data.get(name) ?? '');
    const file = async (name: string): Promise<string | null> => {
      const value = data.get(name);
      return value instanceof File && value.size > 0 ? value.text() : null;
    };
    const kind = typed('store-kind') as TrustStore['kind'];
    const pem = await file('store');
    const stores = pem === null ? now.stores : [...now.stores.filter((one) => one.kind !== kind || one.name !== typed('store-name')), { kind, name: typed('store-name') || 'default', pem }];
    const keys = typed('keys').split(/(?=-----BEGIN )/).map((one) => one.trim()).filter((one) => one !== '');
    const key = await file('key');
    await apply({
      keys: key === null ? keys : [...keys, key.trim()],
      identities: list(typed('identities')), issuers: list(typed('issuers')), trustedRoot: (await file('root')) ?? now.trustedRoot, stores, policy: (await file('policy')) ?? now.policy,
    });
  };
  const text = (name: string, label: string, value: string, hint: string) => (
    <label>{label}<textarea name={name} rows={name === 'keys' ? 4 : 1} value={value} placeholder={hint} spellcheck={false} /></label>
  );
  const pick = (name: string, label: string, have: boolean) => <label>{label}{have && <span class="muted"> {T.given}</span>}<input type="file" name={name} /></label>;
  return (
    <details class="trust" open={now === nobody}>
      <summary>{T.whom}</summary>
      <form ref={form} onSubmit={(event) => { event.preventDefault(); void submit(); }}>
        <p class="muted">{T.whomWhy}</p>
        {text('keys', T.keys, now.keys.join('\n'), '-----BEGIN PUBLIC KEY-----')}
        {pick('key', T.keyFile, false)}
        {text('identities', T.identities, now.identities.join(', '), 'https://github.com/org/*')}
        {text('issuers', T.issuers, now.issuers.join(', '), 'https://token.actions.githubusercontent.com')}
        {pick('root', T.root, now.trustedRoot !== null)}
        <fieldset>
          <legend>{T.notation}</legend>
          {now.stores.length > 0 && <p class="muted">{now.stores.map((one) => `${one.kind}:${one.name}`).join(', ')} {T.given}</p>}
          <label>{T.storeKind}<select name="store-kind"><option value="ca">ca</option><option value="signingAuthority">signingAuthority</option><option value="tsa">tsa</option></select></label>
          <label>{T.storeName}<input name="store-name" placeholder="default" spellcheck={false} /></label>
          {pick('store', T.store, false)}
          {pick('policy', T.policy, now.policy !== null)}
        </fieldset>
        <p class="buttons">
          <button type="submit" class="button primary">{T.verify}</button>
          <button type="button" class="button" onClick={() => { form.current?.reset(); void apply(nobody); }}>{T.forget}</button>
        </p>
        <p role="status" class={told.tone} data-times={told.times}>{told.text}</p>
      </form>
    </details>
  );
}
