//! From a reference to a report: resolve, gather facts, fold, match, write. One piece of work for all who ask for the same.
//!
//! What a report is made from is its key: digest, reference as written, platform, format, day, version of program and
//! database. So a kept report is never out of date, and the key is its ETag.

use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use futures_util::future::join;
use futures_util::{StreamExt, TryStreamExt, stream};
use porthole_report::export::{Context, Exporter};
use porthole_report::policy::PolicyResult;
use porthole_report::{GapKind, Report};
use porthole_scan::oci::archive::Location;
use porthole_scan::oci::registry::{Pulled, known};
use porthole_scan::oci::{Digest, Platform, Reference};
use porthole_scan::signatures::{Machine, Trust};
use porthole_scan::time::rfc3339;
use porthole_scan::{Analysis, FACTS_VERSION, LayerFacts, Options, ScanLimits, Subject, attached_sbom};
use serde_json::{Value, json};
use worker::console_log;
use worker::js_sys::Uint8Array;

use crate::Host;
use crate::database::Index;
use crate::facts::{self, Wanted, beating};
use crate::fetch::Client;
use crate::flight::{Flight, Flights, Gate};
use crate::policy::Posted;
use crate::problem::{Kind, Problem};
use crate::wait::{now, today, within};

/// Layers asked for at once: the runtime gives one invocation six connections. Each process of a machine's own gets as many
/// as it scans at once.
const LAYERS_AT_ONCE: usize = 4;
/// Largest signature or attestation that is read, bytes.
const MAX_ATTACHED: u64 = 8 << 20;
/// Seconds for which a report is kept: its key holds the day.
const KEEP: u32 = 86_400;
/// Seconds for which a report with layers left out is kept: their facts may be there later.
const KEEP_PARTIAL: u32 = 300;
/// Most paths of all layers that are folded, and most bytes of their names: an isolate has 128 MB for everything.
const MAX_PATHS: usize = 200_000;
const MAX_NAMES: usize = 8 << 20;
/// Most bytes of facts that are folded.
const MAX_FACTS: u32 = 12 << 20;
/// Tags remembered at once.
const MAX_TAGS: usize = 10_000;

/// What a client asks for.
#[derive(Clone)]
pub(crate) struct Asked {
    /// The image.
    pub(crate) reference: Reference,
    /// Its platform.
    pub(crate) platform: Option<Platform>,
    /// The format of the answer.
    pub(crate) exporter: &'static dyn Exporter,
    /// Whether the image's own SBOM will do.
    pub(crate) fast: bool,
    /// What the image is judged by: then the answer is the verdict, not the report.
    pub(crate) policy: Option<Rc<Posted>>,
}

/// A report, written.
pub(crate) struct Ready {
    /// Its bytes.
    pub(crate) bytes: Uint8Array,
    /// Stands for them.
    pub(crate) tag: String,
    /// The image by digest.
    pub(crate) pinned: String,
    /// What ages are measured against, seconds since 1970.
    pub(crate) now: i64,
}

/// How far one layer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LayerProgress {
    /// Bytes read.
    pub(crate) read: u64,
    /// Bytes there are.
    pub(crate) size: u64,
    /// `waiting`, `reading`, `done`, `cached` or `skipped`.
    pub(crate) state: &'static str,
}

/// How far a report is.
#[derive(Debug, Clone, Default)]
pub(crate) struct Progress {
    /// What the image is, once that is known.
    pub(crate) image: Option<Value>,
    /// Its layers.
    pub(crate) layers: Vec<LayerProgress>,
}

/// A report on its way.
pub(crate) type Work = Flight<Rc<Ready>, Progress>;

thread_local! {
    static WORK: Flights<Rc<Ready>, Progress> = Flights::new();
    /// Folding is where memory is needed: one image at a time.
    static FOLD: Rc<Gate> = Gate::new(1);
    /// What tags meant, and until when that is believed.
    static TAGS: RefCell<HashMap<String, (String, f64)>> = RefCell::default();
}

impl Asked {
    /// What it is about: the same for everybody who asks for the same.
    fn image(&self) -> String {
        let platform = self.platform.as_ref().map_or_else(String::new, Platform::to_string);
        format!("{} {platform}", self.reference)
    }

    fn work(&self) -> String {
        let form = self.policy.as_ref().map_or(self.exporter.id(), |policy| policy.digest.as_str());
        format!("{} {form} {}", self.image(), self.fast)
    }

    /// Digest that the reference holds already.
    fn digest(&self) -> Option<String> {
        self.reference.digest.map(|digest| digest.to_string())
    }

    /// The ETag of its report.
    fn tag(&self, host: &Host, digest: &str, database: &Index) -> String {
        let made_from = format!(
            "{} {digest} {} {FACTS_VERSION} {} {} {}",
            self.work(),
            env!("CARGO_PKG_VERSION"),
            database.version,
            today(),
            host.config.plan()
        );
        Digest::sha256(made_from.as_bytes()).hex().chars().take(32).collect()
    }

    fn pinned(&self, digest: &str) -> String {
        format!("{}/{}@{digest}", self.reference.registry, self.reference.repository)
    }
}

/// The report if it is there already, else the work on it, begun or joined.
pub(crate) async fn ask(host: &Rc<Host>, asked: &Asked) -> Result<Rc<Ready>, Rc<Work>> {
    let digest = asked.digest().or_else(|| remembered(&asked.image()));
    if let Some(digest) = digest
        && let Some(ready) = kept(host, asked, &digest).await
    {
        return Ok(ready);
    }
    let key = asked.work();
    let (work, is_ours) = WORK.with(|all| all.join(&key));
    if is_ours {
        let (host, asked, ours) = (Rc::clone(host), asked.clone(), Rc::clone(&work));
        // Others may wait for it: it goes on when this client does not.
        Rc::clone(&host).context.wait_until(async move {
            console_log!("report on {}", asked.reference);
            let made = beating(&|| ours.beat(), make(&host, &asked, &ours)).await;
            WORK.with(|all| all.land(&key, &ours, made.as_ref().map(|(ready, _)| Rc::clone(ready)).map_err(Clone::clone)));
            if let Ok((ready, seconds)) = made {
                host.keep(&format!("reports/{}", ready.tag), &ready.bytes, seconds).await;
            }
        });
    }
    Err(work)
}

async fn kept(host: &Host, asked: &Asked, digest: &str) -> Option<Rc<Ready>> {
    let tag = asked.tag(host, digest, &*host.database().await);
    let bytes = host.kept(&format!("reports/{tag}")).await?;
    Some(Rc::new(Ready { bytes, tag, pinned: asked.pinned(digest), now: today() }))
}

fn remembered(image: &str) -> Option<String> {
    TAGS.with_borrow(|tags| tags.get(image).filter(|(_, until)| *until > now()).map(|(digest, _)| digest.clone()))
}

fn remember(image: String, digest: &str, seconds: u64) {
    TAGS.with_borrow_mut(|tags| {
        if tags.len() >= MAX_TAGS {
            tags.clear();
        }
        tags.insert(image, (digest.to_owned(), now() + seconds as f64 * 1000.0));
    });
}

/// Makes a report; says for how many seconds it may be kept.
async fn make(host: &Rc<Host>, asked: &Asked, work: &Rc<Work>) -> Result<(Rc<Ready>, u32), Problem> {
    let limit = host.config.max_seconds;
    let too_slow = || Problem::new(Kind::TooSlow, format!("{} took longer than {limit} seconds", asked.reference));
    within(limit, in_time(host, asked, work)).await.ok_or_else(too_slow)?
}

async fn in_time(host: &Rc<Host>, asked: &Asked, work: &Rc<Work>) -> Result<(Rc<Ready>, u32), Problem> {
    let failed = |error| Problem::of_registry(&error, known::api_host(&asked.reference.registry));
    let client = Client::new(&host.config, &asked.reference).map_err(failed)?;
    // Asking for the head alone counts against no pull limit: an image that is known is not pulled again.
    let (digest, session) = client.resolve(&asked.reference).await.map_err(failed)?;
    if let Some(digest) = digest.map(|digest| digest.to_string()) {
        remember(asked.image(), &digest, host.config.tag_seconds);
        if let Some(ready) = kept(host, asked, &digest).await {
            return Ok((ready, KEEP_PARTIAL));
        }
    }
    let pulled = client.pull(session, &asked.reference, asked.platform.clone()).await.map_err(failed)?;
    let digest = pulled.pinned.digest.map(|digest| digest.to_string()).unwrap_or_default();
    remember(asked.image(), &digest, host.config.tag_seconds);
    announce(work, asked, &pulled);
    let database = host.database().await;
    let (tag, now) = (asked.tag(host, &digest, &database), today());
    let (report, is_whole) = report(host, asked, work, &client, &pulled, &database, now).await?;
    let text = match &asked.policy {
        Some(policy) => verdict(asked, &digest, &policy.judge(&report, &rfc3339(now))?, &report),
        None => {
            let mut text = String::new();
            asked.exporter.write(&report, &Context { now: Some(rfc3339(now)), ..Context::default() }, &mut text);
            text
        }
    };
    drop(report);
    let bytes = Uint8Array::from(text.as_bytes());
    let ready = Ready { bytes, tag, pinned: asked.pinned(&digest), now };
    Ok((Rc::new(ready), if is_whole { KEEP } else { KEEP_PARTIAL }))
}

/// How a policy ended, for programs: what `porthole scan --policy` says on standard error.
fn verdict(asked: &Asked, digest: &str, result: &PolicyResult, report: &Report) -> String {
    let verdict = json!({
        "image": asked.reference.familiar(),
        "pinned": asked.pinned(digest),
        "passed": result.passed,
        "reasons": result.reasons,
        "allowed": result.allowed,
        "gaps": report.gaps.len(),
    });
    format!("{verdict:#}\n")
}

fn announce(work: &Work, asked: &Asked, pulled: &Pulled) {
    let layers = &pulled.image.layers;
    let row = |layer: &porthole_scan::oci::archive::LayerSource| json!({"digest": layer.digest.map(|digest| digest.to_string()), "size": layer.size});
    let mut progress = work.progress.borrow_mut();
    progress.image = Some(json!({
        "image": asked.reference.familiar(),
        "pinned": pulled.pinned.to_string(),
        "platform": pulled.image.platform.to_string(),
        "layers": layers.iter().map(row).collect::<Vec<_>>(),
    }));
    progress.layers =
        layers.iter().map(|layer| LayerProgress { read: 0, size: layer.size.unwrap_or(0), state: "waiting" }).collect();
}

/// The report, and whether every layer is in it.
async fn report(
    host: &Rc<Host>,
    asked: &Asked,
    work: &Rc<Work>,
    client: &Client<'_>,
    pulled: &Pulled,
    database: &Index,
    now: i64,
) -> Result<(Report, bool), Problem> {
    let mut subject = Subject::of_registry(&asked.reference, &pulled.image);
    let sbom = match attached_sbom(&pulled.artifacts).filter(|_| asked.fast || !host.config.layers) {
        Some((digest, _)) => client.blob(&pulled.session, digest, MAX_ATTACHED).await.ok().map(|bytes| (digest, bytes)),
        None => None,
    };
    let plan = Plan::of(host, pulled, asked.fast && sbom.is_some());
    let (machine, facts) = join(attached(client, pulled), gather(host, asked, work, &plan)).await;
    let facts = facts?;
    let mut is_whole = true;
    for (index, wanted) in plan.layers.iter().enumerate() {
        if let Err((kind, reason)) = wanted
            && !facts.contains_key(&index)
        {
            subject.miss(index as u32, *kind, reason);
            is_whole = false;
        }
    }
    let options = Options { now: Some(now) };
    // One image at a time from here on: its view is what takes memory.
    let place = FOLD.with(Rc::clone).enter(|| ()).await;
    let (facts, left_out) = read(&facts, plan.layers.len())?;
    for layer in left_out {
        let reason = format!("with it there are more than {MAX_FACTS} bytes of facts, and this edge has no memory for them");
        subject.miss(layer as u32, GapKind::OverBudget, &reason);
        is_whole = false;
    }
    let mut limits = ScanLimits::default();
    (limits.max_paths, limits.max_names) = (MAX_PATHS, MAX_NAMES);
    let mut analysis = Analysis::within(&subject, facts, &options, &limits);
    if let Some((digest, bytes)) = sbom
        && !is_whole
    {
        // What is wrong with the attestation is no reason to say nothing: the signatures' part of the report tells.
        let _ = analysis.take_attested_sbom(digest, &bytes, &options);
    }
    let rules = machine.map(|machine| {
        let mut trust = Trust::public_good().unwrap_or_default();
        if let Some(policy) = &asked.policy {
            policy.expect(&mut trust);
        }
        machine.finish(&trust, u64::try_from(now).unwrap_or(0), &analysis.report.packages).into_report(&mut analysis.report)
    });
    let matched = host.match_packages(&mut analysis.report, database, now, rules.unwrap_or_default());
    beating(&|| place.beat(), matched).await;
    if let Some(policy) = &asked.policy {
        policy.mark_allowed(&mut analysis.report, &rfc3339(now));
    }
    analysis.run_checks(&options);
    Ok((analysis.report, is_whole))
}

/// Facts as they came, read; and the layers that there is no memory for.
fn read(facts: &BTreeMap<usize, Uint8Array>, layers: usize) -> Result<(Vec<Option<LayerFacts>>, Vec<usize>), Problem> {
    let broken = |error| Problem::new(Kind::Internal, format!("kept facts: {error}"));
    let (mut read, mut left_out, mut room) = (Vec::new(), Vec::new(), MAX_FACTS);
    for index in 0..layers {
        let bytes = facts.get(&index).filter(|bytes| match room.checked_sub(bytes.length()) {
            Some(left) => {
                room = left;
                true
            }
            None => {
                left_out.push(index);
                false
            }
        });
        read.push(bytes.map(|bytes| LayerFacts::from_bytes(&bytes.to_vec()).map_err(broken)).transpose()?);
    }
    Ok((read, left_out))
}

/// What to do with each layer: read it, or say why not.
struct Plan {
    layers: Vec<Result<Wanted, (GapKind, String)>>,
    /// Every layer that has a digest: its facts may be kept.
    known: Vec<Option<Wanted>>,
}

impl Plan {
    fn of(host: &Host, pulled: &Pulled, fast: bool) -> Self {
        let config = &host.config;
        let mut total: u64 = 0;
        let mut plan = Self { layers: Vec::new(), known: Vec::new() };
        for (index, layer) in pulled.image.layers.iter().enumerate() {
            let wanted = layer.digest.filter(|_| matches!(layer.location, Location::Remote)).map(|digest| Wanted {
                registry: pulled.pinned.registry.clone(),
                repository: pulled.pinned.repository.clone(),
                digest: digest.to_string(),
                size: layer.size,
                index,
            });
            plan.known.push(wanted.clone());
            let size = layer.size.unwrap_or(0);
            total = total.saturating_add(size);
            let skip = |kind, reason: String| Err((kind, reason));
            plan.layers.push(match wanted {
                None => skip(GapKind::Missing, "it is not distributed with the image".into()),
                Some(_) if fast => skip(GapKind::Missing, "the image's own SBOM attestation was asked for instead".into()),
                Some(_) if !config.layers => skip(
                    GapKind::OverBudget,
                    "this edge's plan has no time for layers; open the image in your browser instead: docker save".into(),
                ),
                Some(_) if index >= config.max_layers => {
                    skip(GapKind::OverBudget, format!("this edge reads {} layers of an image", config.max_layers))
                }
                Some(_) if size > config.max_layer => {
                    skip(GapKind::OverBudget, format!("it has {size} bytes, and this edge reads {}", config.max_layer))
                }
                Some(_) if total > config.max_image => {
                    skip(GapKind::OverBudget, format!("this edge reads {} bytes of an image", config.max_image))
                }
                Some(wanted) => Ok(wanted),
            });
        }
        plan
    }
}

/// Facts of every layer that is kept or may be read, by index.
async fn gather(host: &Rc<Host>, asked: &Asked, work: &Rc<Work>, plan: &Plan) -> Result<BTreeMap<usize, Uint8Array>, Problem> {
    let mut first: HashMap<&str, usize> = HashMap::new();
    let mut jobs = Vec::new();
    for (index, wanted) in plan.known.iter().enumerate() {
        let Some(wanted) = wanted else { continue };
        // A layer that is listed twice is read once.
        if *first.entry(&wanted.digest).or_insert(index) == index && !(asked.fast && plan.layers[index].is_err()) {
            jobs.push((index, wanted, plan.layers[index].is_ok()));
        }
    }
    for (index, layer) in plan.layers.iter().enumerate() {
        if layer.is_err() {
            tell(work, index, Some(0), "skipped");
        }
    }
    // The largest first: whatever else there is fits beside it, and nothing has to wait for it at the end.
    jobs.sort_by_key(|(_, wanted, _)| Reverse(wanted.size));
    let jobs = jobs.into_iter().map(|(index, wanted, may_read)| one(host, work, index, wanted, may_read));
    let at_once = LAYERS_AT_ONCE.max(facts::AT_ONCE * host.config.layer_processes);
    let found: Vec<_> = stream::iter(jobs).buffer_unordered(at_once).try_collect().await?;
    let found: BTreeMap<usize, Uint8Array> = found.into_iter().filter_map(|(index, bytes)| Some((index, bytes?))).collect();
    let mut all = BTreeMap::new();
    for (index, wanted) in plan.known.iter().enumerate() {
        let place = wanted.as_ref().and_then(|wanted| first.get(wanted.digest.as_str()));
        if let Some(bytes) = place.and_then(|place| found.get(place)) {
            all.insert(index, bytes.clone());
        }
    }
    Ok(all)
}

/// Facts of one layer; none when they are not kept and must not be made.
async fn one(
    host: &Host,
    work: &Work,
    index: usize,
    wanted: &Wanted,
    may_read: bool,
) -> Result<(usize, Option<Uint8Array>), Problem> {
    if let Some(bytes) = wanted.kept(host).await.filter(|bytes| LayerFacts::from_bytes(&bytes.to_vec()).is_ok()) {
        tell(work, index, None, "cached");
        return Ok((index, Some(bytes)));
    }
    if !may_read {
        return Ok((index, None));
    }
    let bytes = wanted.facts(host, |read| tell(work, index, Some(read), "reading")).await?;
    tell(work, index, None, "done");
    Ok((index, Some(bytes)))
}

/// Notes how far a layer is; without a number, to its end.
fn tell(work: &Work, index: usize, read: Option<u64>, state: &'static str) {
    if let Some(layer) = work.progress.borrow_mut().layers.get_mut(index) {
        layer.read = read.unwrap_or(layer.size);
        layer.state = state;
    }
}

/// Everything that is attached to the image, fetched; it is judged when the packages are known.
async fn attached(client: &Client<'_>, pulled: &Pulled) -> Option<Machine> {
    let mut machine = Machine::of_pulled(pulled)?;
    while let Some(digest) = machine.wants().first() {
        match client.blob(&pulled.session, *digest, machine.size_limit(digest).min(MAX_ATTACHED)).await {
            Ok(bytes) => machine.push(digest, bytes),
            Err(_) => machine.missing(digest),
        }
    }
    Some(machine)
}
