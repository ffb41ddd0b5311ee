// Small marks used everywhere: severity, origin, layer, digest. Never by colour alone: each has its word or shape.
import type { Check, Origin, Severity, Verification } from '../../shared/report';
import { command, shortDigest } from '../../shared/format';
import { href } from '../route';
import { head } from '../store';
import { S } from '../../shared/strings';
import { Icon, type IconName } from './icon';

export function SeverityMark({ severity }: { severity: Severity }) {
  return <span class={`mark-pill sev-${severity}`}><svg viewBox="0 0 10 10" aria-hidden="true">{SHAPES[severity]}</svg>{S.severity[severity]}</span>;
}
const SHAPES = {
  critical: <path d="M5 0 10 5 5 10 0 5z" />,
  high: <path d="M5 .6 9.8 9.4H.2z" />,
  medium: <path d="M1 1h8v8H1z" />,
  low: <circle cx="5" cy="5" r="4" />,
  negligible: <circle cx="5" cy="5" r="3.2" fill="none" stroke="currentColor" stroke-width="1.6" />,
  unknown: <path d="M1 4h8v2H1z" />,
};

const OUTCOMES: Record<Check['outcome'], [IconName, string]> = {
  fail: ['cross', 'bad'], warn: ['alert', 'warn'], pass: ['check', 'good'], notApplicable: ['dash', 'quiet'],
};
export function OutcomeMark({ outcome }: { outcome: Check['outcome'] }) {
  const [icon, tone] = OUTCOMES[outcome];
  return <span class={`mark-pill tone-${tone}`}><Icon name={icon} />{S.outcome[outcome]}</span>;
}

export function OriginMark({ origin }: { origin: Origin }) {
  return <span class={`origin origin-${origin}`}>{S.origin[origin]}</span>;
}

export function VerificationMark({ verification }: { verification: Verification }) {
  const tone = verification.state === 'verified' ? 'good' : verification.state === 'mismatch' ? 'bad' : 'quiet';
  const icon = verification.state === 'verified' ? 'check' : verification.state === 'mismatch' ? 'cross' : 'dash';
  return <span class={`mark-pill tone-${tone}`}><Icon name={icon} />{S.verification[verification.state]}</span>;
}

/** A layer by its number from 1, with its command as the tip. */
export function LayerMark({ layer, link = true }: { layer: number | null | undefined; link?: boolean }) {
  if (layer === null || layer === undefined) return <span class="layer-mark">{S.layers.config}</span>;
  const tip = command(head.value?.report.layers[layer]?.createdBy) || undefined;
  return link ? <a class="layer-mark" href={href('layers', String(layer))} title={tip} tabIndex={-1}>{layer}</a> : <span class="layer-mark" title={tip}>{layer}</span>;
}

export function Digest({ digest }: { digest: string }) {
  return <code class="digest" title={digest}>{shortDigest(digest)}</code>;
}

export function Path({ path, layer }: { path: string; layer?: number | null }) {
  return <a class="path mono" href={href('files', path, layer === null || layer === undefined ? {} : { layer: String(layer) })}>{path}</a>;
}
