//! What the person trusts, from options and files; the machine for signatures driven over the archive.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::Args;
use porthole_report::Report;
use porthole_report::policy::Policy;
use porthole_scan::advisory::suppress::Rule;
use porthole_scan::oci::archive::{Archive, Blob, ImageSource, Location};
use porthole_scan::signatures::{
    Machine, NotationTrust, PublicKey, StoreKind, Trust, TrustPolicy, TrustStore, TrustedRoot, collect, repository,
};

use crate::input::Ranges;

/// Whom to trust.
#[derive(Debug, Default, Args)]
pub(crate) struct Signatures {
    /// Public key, PEM, whose signatures count; may be given several times.
    #[arg(long, value_name = "FILE", help_heading = "Signatures")]
    key: Vec<PathBuf>,
    /// Expected keyless signer, e-mail or URI; `*` stands for anything; may be given several times.
    #[arg(long, value_name = "PATTERN", help_heading = "Signatures")]
    identity: Vec<String>,
    /// Expected OIDC issuer of keyless signers; `*` stands for anything; may be given several times.
    #[arg(long, value_name = "PATTERN", help_heading = "Signatures")]
    issuer: Vec<String>,
    /// Sigstore's trusted_root.json to use instead of the public instance's.
    #[arg(long, value_name = "FILE", help_heading = "Signatures")]
    trusted_root: Option<PathBuf>,
    /// Notary Project trust policy (trustpolicy.json).
    #[arg(long, value_name = "FILE", help_heading = "Signatures")]
    trust_policy: Option<PathBuf>,
    /// Notary Project trust store: `ca:NAME=FILE`, `signingAuthority:NAME=FILE` or `tsa:NAME=FILE`, certificates in PEM.
    #[arg(long, value_name = "STORE", help_heading = "Signatures")]
    trust_store: Vec<String>,
    /// End with exit code 1 unless a signature over the image is verified; a policy's `signatures.required`.
    #[arg(long, help_heading = "Signatures")]
    require_signature: bool,
}

impl Signatures {
    /// The policy, with what the options demand beside it.
    pub(crate) fn demand(&self, policy: Option<Policy>) -> Option<Policy> {
        if !self.require_signature {
            return policy;
        }
        let mut policy = policy.unwrap_or_default();
        policy.signatures.get_or_insert_default().required = true;
        Some(policy)
    }

    /// Reads the files. Signers that the policy names are expected as those of the options are.
    fn trust(&self, policy: Option<&Policy>) -> Result<Trust, String> {
        let named = |path: &Path, error: String| format!("{}: {error}", path.display());
        let bytes = |path: &Path| std::fs::read(path).map_err(|error| named(path, error.to_string()));
        let text = |path: &Path| std::fs::read_to_string(path).map_err(|error| named(path, error.to_string()));
        let root = match &self.trusted_root {
            Some(path) => TrustedRoot::parse(&bytes(path)?).map_err(|error| named(path, error.to_string())),
            None => TrustedRoot::public_good().map_err(|error| error.to_string()),
        };
        let mut trust = Trust { root: Some(root?), ..Trust::default() };
        for path in &self.key {
            trust.keys.push(PublicKey::from_pem(&text(path)?).map_err(|error| named(path, error.to_string()))?);
        }
        trust.expect(&self.identity, &self.issuer);
        if let Some(rule) = policy.and_then(|policy| policy.signatures.as_ref()) {
            trust.expect(&rule.signers, &rule.issuers);
        }
        trust.notation = NotationTrust {
            stores: self.trust_store.iter().map(|store| self.store(store)).collect::<Result<_, _>>()?,
            policy: match &self.trust_policy {
                Some(path) => Some(TrustPolicy::parse(&bytes(path)?).map_err(|error| named(path, error.to_string()))?),
                None => None,
            },
        };
        Ok(trust)
    }

    fn store(&self, text: &str) -> Result<TrustStore, String> {
        let usage = || format!("--trust-store {text}: expected KIND:NAME=FILE with KIND ca, signingAuthority or tsa");
        let (id, path) = text.split_once('=').ok_or_else(usage)?;
        let (kind, name) = id.split_once(':').ok_or_else(usage)?;
        let kind = StoreKind::named(kind).map_err(|_| usage())?;
        let pem = std::fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?;
        TrustStore::from_pem(kind, name, &pem).map_err(|error| format!("{path}: {error}"))
    }

    /// Verifies what the archive holds about the image and puts it into the report. Gives the statements of trusted VEX.
    pub(crate) fn verify(
        &self,
        from: &Held<'_>,
        policy: Option<&Policy>,
        now: i64,
        report: &mut Report,
    ) -> Result<Vec<Rule>, String> {
        let repository = from.image.names.first().map(|name| repository(name).to_owned());
        let mut ranges = Ranges::new(from.root);
        let mut read = |blob: &Blob| {
            let Location::Range { file, offset, len } = &blob.location else { return None };
            let mut bytes = Vec::new();
            ranges.at(file.as_deref(), *offset, *len).ok()?.read_to_end(&mut bytes).ok()?;
            Some(bytes)
        };
        self.settle(collect(from.archive, from.image, repository, &mut read), policy, now, report)
    }

    /// Holds what a machine was fed with against what the person trusts, and puts it into the report. Gives the statements of
    /// trusted VEX.
    pub(crate) fn settle(
        &self,
        machine: Option<Machine>,
        policy: Option<&Policy>,
        now: i64,
        report: &mut Report,
    ) -> Result<Vec<Rule>, String> {
        // Files that can't be read are an error whether or not the image is signed.
        let trust = self.trust(policy)?;
        let Some(machine) = machine else { return Ok(Vec::new()) };
        let outcome = machine.finish(&trust, u64::try_from(now).unwrap_or(0), &report.packages);
        Ok(outcome.into_report(report))
    }
}

/// An image in an archive on the disk.
pub(crate) struct Held<'a> {
    /// The archive's path.
    pub(crate) root: &'a Path,
    /// What it holds.
    pub(crate) archive: &'a Archive,
    /// The image.
    pub(crate) image: &'a ImageSource,
}
