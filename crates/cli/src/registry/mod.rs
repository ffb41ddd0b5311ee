//! `porthole scan docker://IMAGE`: a host of the registry machines. Layers are read in parallel, as they arrive.
//!
//! What may be asked of whom is the machines' business (`oci::registry`); here are sockets, threads, waiting and the facts that
//! were kept. Nothing but what strangers may read is asked for: no credentials are taken from anywhere.
//! A proxy is used as the environment names one (`HTTPS_PROXY`, `NO_PROXY`), but never for this machine's own registries.
//! Proof: `tests/edge/suite/registry-*.test.js`, against a real registry and one with bad manners.

mod cache;
mod client;
mod layers;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use clap::Args;
use porthole_report::export::plain;
use porthole_report::policy::Policy;
use porthole_scan::advisory::suppress::Rule;
use porthole_scan::oci::Reference;
use porthole_scan::oci::registry::{Download, Error, Pull, PullOptions, Pulled, known};
use porthole_scan::signatures::{Machine, collect_remote};
use porthole_scan::{Analysis, Options, Subject};

use ureq::tls::{Certificate, PemItem, parse_pem};

use crate::args::Source;
use crate::progress::Progress;
use cache::Cache;
use client::Client;

/// Largest blob of a signature or attestation that is fetched, bytes.
const MAX_ATTACHED_BLOB: u64 = 64 << 20;

/// How registries are talked to.
#[derive(Debug, Args)]
pub(crate) struct Registry {
    /// Talk to the registry over plain HTTP; this machine's own (localhost) is talked to so anyway.
    #[arg(long, help_heading = "Registries")]
    plain_http: bool,
    /// Authorities to trust instead of the public ones, PEM: for a registry in a closed network.
    #[arg(long, value_name = "FILE", help_heading = "Registries")]
    ca_cert: Option<PathBuf>,
    /// Seconds that one request may take; a layer that was getting on is continued.
    #[arg(long, value_name = "SECONDS", default_value_t = 60, help_heading = "Registries")]
    timeout: u64,
    /// Folder that keeps what layers said, by digest, so that none is fetched twice.
    #[arg(long, value_name = "DIR", env = "PORTHOLE_CACHE", help_heading = "Registries")]
    cache: Option<PathBuf>,
}

/// The reference in what a person named an image by: `docker://nginx`, `registry:ghcr.io/org/app:1.2`. `None` for a file.
pub(crate) fn reference(image: &Path) -> Option<Result<Reference, String>> {
    let text = image.to_str()?;
    let written = ["docker://", "oci://", "registry:"].iter().find_map(|scheme| text.strip_prefix(scheme))?;
    Some(Reference::parse(written).map_err(|error| error.to_string()))
}

/// Pulls what there is to know about the image, scans its layers, and verifies what is attached to it. Gives the statements of
/// trusted VEX too.
pub(crate) fn analyse(
    args: &Source,
    reference: &Reference,
    policy: Option<&Policy>,
    now: i64,
    progress: &Progress,
) -> Result<(Analysis, Vec<Rule>), String> {
    let authorities = args.registry.ca_cert.as_deref().map(authorities).transpose()?;
    let here = known::is_local(&reference.registry);
    let client = Client::new(Duration::from_secs(args.registry.timeout.max(1)), authorities, here);
    let platform = args.platform.as_deref().map(str::parse).transpose();
    let limits = args.limits.options();
    let options = PullOptions {
        limits: limits.limits.clone(),
        platform: platform.map_err(|error: porthole_scan::oci::Error| error.to_string())?,
        plain_http: args.registry.plain_http || here,
        attached: true,
    };
    let told = |error: Error| error.to_string();
    let mut pull = Pull::new(reference.clone(), options).map_err(told)?;
    client.pull(&mut pull, &Pull::has_image)?;
    let image = pull.clone().finish().map_err(told)?;
    if !args.quiet {
        tell(&image);
    }
    // Facts that were kept were made under the ordinary limits.
    let cache = args.registry.cache.as_deref().filter(|_| args.limits.are_ordinary());
    let cache = cache.map(Cache::open).transpose()?;
    // What is attached is looked for while the layers come, and no longer when they do not.
    let given_up = AtomicBool::new(false);
    let (facts, looked) = std::thread::scope(|scope| {
        let looking = scope.spawn(|| client.pull(&mut pull, &|_| given_up.load(Ordering::Relaxed)));
        let facts = layers::read(&client, &image, args.jobs, &limits, cache.as_ref(), progress);
        given_up.store(facts.is_err(), Ordering::Relaxed);
        (facts, looking.join())
    });
    let facts = facts?;
    looked.map_err(|_| "the thread that looked for signatures broke off".to_owned())??;
    let pulled = pull.finish().map_err(told)?;
    let subject = Subject::of_registry(reference, &pulled.image);
    let mut analysis = Analysis::within(&subject, facts, &Options { now: Some(now) }, &limits.scan_limits);
    let machine = attached(&client, &pulled);
    let rules = args.signatures.settle(machine, policy, now, &mut analysis.report)?;
    Ok((analysis, rules))
}

/// The certificates in a file.
fn authorities(path: &Path) -> Result<Vec<Certificate<'static>>, String> {
    let named = |why: String| format!("{}: {why}", path.display());
    let pem = std::fs::read(path).map_err(|error| named(error.to_string()))?;
    let items: Vec<PemItem<'static>> = parse_pem(&pem).collect::<Result<_, _>>().map_err(|error| named(error.to_string()))?;
    let certificates: Vec<Certificate<'static>> =
        items.into_iter().filter_map(|item| if let PemItem::Certificate(found) = item { Some(found) } else { None }).collect();
    if certificates.is_empty() { Err(named("there is no certificate in it".into())) } else { Ok(certificates) }
}

/// Everything that the registry holds about the image, fetched; what cannot be had becomes a gap.
fn attached(client: &Client, pulled: &Pulled) -> Option<Machine> {
    let repository = format!("{}/{}", pulled.pinned.registry, pulled.pinned.repository);
    let mut machine = collect_remote(&pulled.image, &pulled.artifacts, Some(repository))?;
    while let Some(digest) = machine.wants().first() {
        let what = "what is attached to the image".to_owned();
        let download = Download::new(&pulled.session, *digest, None, MAX_ATTACHED_BLOB, what).hashing();
        match client.blob(download) {
            Ok(bytes) => machine.push(digest, bytes),
            Err(_) => machine.missing(digest),
        }
    }
    Some(machine)
}

/// What the reference means today, and how much the registry still allows, where that is little.
fn tell(pulled: &Pulled) {
    eprintln!("{}", plain(&format!("{} is {}", pulled.image.names.join(", "), pulled.pinned)));
    if let Some(limit) = pulled.rate_limit().filter(|limit| limit.remaining <= limit.limit.unwrap_or(100) / 10) {
        let registry = &pulled.pinned.registry;
        let name = known::find(registry).map_or(registry.as_str(), |known| known.name);
        eprintln!("{}", plain(&format!("{name}: {limit}")));
    }
}
