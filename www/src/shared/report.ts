// The report's types come from Rust (`crates/report/src/model`) and cross the boundary once, in `crates/wasm`.
import type { PolicyResult, Report, Upgrade, Vulnerability } from '../pkg/porthole';

export type {
  Application, Attestation, BaseImage, Change, Check, DatabaseShard, Distribution, Efficiency, Evidence, EvidenceKind, FixState,
  Gap, GapKind, HistoryEntry, Image, ImageConfig, Integrity, Layer, Origin, Outcome, Package, Platform, PolicyResult, Remedy, Report, Secret,
  Severity, Signature, Signatures, SignatureState, SignatureStep, Tool, Upgrade, Verification, Vulnerabilities, Vulnerability, WastedPath,
} from '../pkg/porthole';

/** What the page holds of a report: all but the long lists, which stay in the model worker and are asked for by page. */
export interface Head {
  report: Omit<Report, 'packages' | 'secrets' | 'vulnerabilities'> & {
    vulnerabilities: Required<Omit<Report['vulnerabilities'], 'findings' | 'upgrades'>>;
  };
  verdict: Verdict;
  /** How the policy ended, where one was given. */
  judged: PolicyResult | null;
  /** True when there are no layer bytes behind it: an SBOM or a saved report. */
  saved: boolean;
}

/** Findings of one advisory in one source package: what a person counts as one vulnerability. */
export interface VulnRow {
  key: string;
  id: string;
  /** The source package, or the package itself where none is named. */
  source: string;
  /** The worst of the findings; they differ in package and layer only. */
  first: Vulnerability;
  findings: Vulnerability[];
}

/** One number with its share that has a fix. */
export interface SeverityCount {
  severity: Vulnerability['severity'];
  total: number;
  fixable: number;
}

/** The answer to "is it safe to ship?": counts of what the lists hold. */
export interface Verdict {
  vulnerabilities: {
    database: boolean;
    total: number;
    suppressed: number;
    informational: number;
    fixable: number;
    exploited: number;
    own: number;
    bySeverity: SeverityCount[];
    packages: number;
    /** What to upgrade, the most useful first. */
    upgrades: Upgrade[];
    /** Findings that the first three upgrades remove together. */
    firstThree: number;
    /** Days since the newest record of the oldest data that was used. */
    ageDays: number | null;
    stale: boolean;
  };
  secrets: { total: number; visible: number; buried: number; harmless: number };
  checks: { fail: number; warn: number; pass: number; notApplicable: number };
  packages: { total: number; hidden: number; byKind: [string, number][] };
  /** Per layer: vulnerabilities, secrets, packages that it brought. */
  layers: { vulnerabilities: number; secrets: number; packages: number }[];
  signatures: { verified: number; attested: number; refused: number; unjudged: number; unchecked: number; mismatches: number; compared: number; pending: number };
}
