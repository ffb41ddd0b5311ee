//! What the person trusts, from options and files; the machine for signatures driven over the archive.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::Args;
use porthole_report::Report;
use porthole_scan::oci::archive::{Archive, Blob, ImageSource, Location};
use porthole_scan::signatures::{
    Expected, NotationTrust, PublicKey, StoreKind, Trust, TrustPolicy, TrustStore, TrustedRoot, collect,
};

use crate::input::Ranges;

/// Whom to trust.
#[derive(Debug, Default, Args)]
pub(crate) struct Signatures {
    /// Public key, PEM, whose signatures count; may be given several times.
    #[arg(long, value_name = "FILE", help_heading = "Signatures")]
    key: Vec<PathBuf>,
    /// Expected keyless signer, e-mail or URI; `*` stands for anything.
    #[arg(long, value_name = "PATTERN", help_heading = "Signatures")]
    identity: Option<String>,
    /// Expected OIDC issuer of keyless signers; `*` stands for anything.
    #[arg(long, value_name = "PATTERN", help_heading = "Signatures")]
    issuer: Option<String>,
    /// Sigstore's trusted_root.json to use instead of the public instance's.
    #[arg(long, value_name = "FILE", help_heading = "Signatures")]
    trusted_root: Option<PathBuf>,
    /// Notary Project trust policy (trustpolicy.json).
    #[arg(long, value_name = "FILE", help_heading = "Signatures")]
    trust_policy: Option<PathBuf>,
    /// Notary Project trust store: `ca:NAME=FILE`, `signingAuthority:NAME=FILE` or `tsa:NAME=FILE`, certificates in PEM.
    #[arg(long, value_name = "STORE", help_heading = "Signatures")]
    trust_store: Vec<String>,
}

impl Signatures {
    /// Reads the files.
    fn trust(&self) -> Result<Trust, String> {
        let named = |path: &Path, error: String| format!("{}: {error}", path.display());
        let bytes = |path: &Path| std::fs::read(path).map_err(|error| named(path, error.to_string()));
        let text = |path: &Path| std::fs::read_to_string(path).map_err(|error| named(path, error.to_string()));
        let mut trust = Trust::public_good().map_err(|error| error.to_string())?;
        for path in &self.key {
            trust.keys.push(PublicKey::from_pem(&text(path)?).map_err(|error| named(path, error.to_string()))?);
        }
        if self.identity.is_some() || self.issuer.is_some() {
            trust.expected.push(Expected { identity: self.identity.clone(), issuer: self.issuer.clone() });
        }
        if let Some(path) = &self.trusted_root {
            trust.root = Some(TrustedRoot::parse(&bytes(path)?).map_err(|error| named(path, error.to_string()))?);
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
        let kind = match kind {
            "ca" => StoreKind::Ca,
            "signingAuthority" => StoreKind::SigningAuthority,
            "tsa" => StoreKind::Tsa,
            _ => return Err(usage()),
        };
        let pem = std::fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?;
        TrustStore::from_pem(kind, name, &pem).map_err(|error| format!("{path}: {error}"))
    }

    /// Verifies what the archive holds about the image and puts it into the report.
    pub(crate) fn verify(
        &self,
        root: &Path,
        archive: &Archive,
        image: &ImageSource,
        now: i64,
        report: &mut Report,
    ) -> Result<(), String> {
        let trust = self.trust()?;
        let repository = image.names.first().map(|name| repository(name).to_owned());
        let mut ranges = Ranges::new(root);
        let mut read = |blob: &Blob| {
            let Location::Range { file, offset, len } = &blob.location else { return None };
            let mut bytes = Vec::new();
            ranges.at(file.as_deref(), *offset, *len).ok()?.read_to_end(&mut bytes).ok()?;
            Some(bytes)
        };
        let Some(machine) = collect(archive, image, repository, &mut read) else { return Ok(()) };
        let outcome = machine.finish(&trust, u64::try_from(now).unwrap_or(0), &report.packages);
        report.signatures.signatures = outcome.signatures.signatures;
        report.signatures.attestations = outcome.signatures.attestations;
        report.gaps.extend(outcome.gaps);
        report.gaps.sort();
        Ok(())
    }
}

/// A reference without its tag and digest.
fn repository(name: &str) -> &str {
    let name = name.split_once('@').map_or(name, |(name, _)| name);
    match name.rsplit_once(':') {
        Some((repository, tag)) if !tag.contains('/') => repository,
        _ => name,
    }
}
