//! One image: facts in, the report and answers about files out.

use std::sync::Arc;

use porthole_report::policy::{self, Policy, PolicyResult};
use porthole_report::{Gap, GapKind, Report};
use porthole_scan::advisory::{self, Matcher, suppress};
use porthole_scan::{Analysis, LayerFacts, Listing, Options, Order, ScanLimits, State, Subject, Tree, sbom};
use serde::Serialize;
use tsify::{Ts, Tsify};
use wasm_bindgen::prelude::{JsError, wasm_bindgen};

use crate::archive::Archive;
use crate::document::{self, DocumentKind};
use crate::error::js;
use crate::files::{self, FileHistory, FileNode, FilePlace, FolderPage, LinesPage, SearchPage};

/// One advisory shard to fetch.
#[derive(Serialize, Tsify)]
pub struct ShardWant {
    key: String,
    file: String,
    bytes: u64,
    sha256: String,
}

/// Advisory shards to fetch.
#[derive(Serialize, Tsify)]
pub struct ShardWants {
    shards: Vec<ShardWant>,
}

/// What a document said, and what is left of it under rules and a policy.
struct Listed {
    as_read: Report,
    report: Report,
    /// A report of ours, not an SBOM.
    saved: bool,
}

/// One image's facts, its view and its report.
#[wasm_bindgen]
#[derive(Default)]
pub struct Merge {
    subject: Subject,
    facts: Vec<Option<Arc<LayerFacts>>>,
    limits: ScanLimits,
    analysis: Option<Analysis>,
    /// The report of a document, which has no layers behind it.
    listed: Option<Listed>,
    tree: Option<Tree>,
    listing: Option<Listing>,
    matcher: Option<Matcher>,
    /// VEX statements and ignore rules, in the order in which they were given.
    rules: Vec<suppress::Rule>,
    /// Statements of VEX that came with the image, attested by trusted signers.
    pub(crate) attested: Vec<suppress::Rule>,
    /// Gaps that the last verdict on signatures left.
    pub(crate) attached_gaps: Vec<Gap>,
    /// The day of the report, `YYYY-MM-DD`, once it is known.
    today: Option<String>,
    /// The present, seconds since 1970, once it is known.
    now: Option<i64>,
    pub(crate) policy: Option<Policy>,
    unsettled: Option<Unsettled>,
}

/// What has to be asked again before the report is looked at; the later one asks for the earlier one too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Unsettled {
    /// The checks.
    Checks,
    /// What counts, and then the checks.
    Rules,
}

#[wasm_bindgen]
impl Merge {
    /// One image of an archive; of a streamed one the facts are there already.
    ///
    /// # Errors
    /// When the archive has no such image.
    #[wasm_bindgen(constructor)]
    pub fn new(archive: &Archive, image: usize, source: &str) -> Result<Self, JsError> {
        use porthole_scan::oci::archive::Location;
        let source_of = archive.archive.images.get(image).ok_or_else(|| js("there is no such image in the archive"))?;
        let facts = source_of
            .layers
            .iter()
            .map(|layer| match &layer.location {
                Location::Streamed { name } => archive.streamed.get(name).cloned(),
                _ => None,
            })
            .collect();
        let subject = Subject::of_archive(source, &archive.archive, source_of);
        Ok(Self { subject, facts, limits: archive.options.scan_limits, ..Self::default() })
    }

    /// A document instead of an image: an SBOM (packages without layers or files), or a report that was saved.
    ///
    /// # Errors
    /// When it is none that can be read.
    #[wasm_bindgen(js_name = ofDocument)]
    pub fn of_document(bytes: &[u8], source: &str) -> Result<Self, JsError> {
        let saved = document::kind(bytes) == DocumentKind::Report;
        let report =
            if saved { document::report(bytes).map_err(js)? } else { sbom::read(bytes).map_err(js)?.into_report(source) };
        Ok(Self { listed: Some(Listed { report: report.clone(), as_read: report, saved }), ..Self::default() })
    }

    /// True for a saved report: it says what it said, and is not matched anew.
    #[wasm_bindgen(js_name = isSaved)]
    pub fn is_saved(&self) -> bool {
        self.listed.as_ref().is_some_and(|listed| listed.saved)
    }

    /// Takes the facts of layers that are one blob.
    ///
    /// # Errors
    /// When they are damaged or of another version: the layer has to be scanned again.
    pub fn add(&mut self, layers: &[u32], facts: &[u8]) -> Result<(), JsError> {
        let facts = Arc::new(LayerFacts::from_bytes(facts).map_err(js)?);
        for layer in layers {
            if let Some(slot) = self.facts.get_mut(*layer as usize) {
                *slot = Some(Arc::clone(&facts));
            }
        }
        Ok(())
    }

    /// Says that a layer could not be read.
    pub fn miss(&mut self, layer: u32, reason: &str) {
        self.subject.gaps.push(Gap {
            kind: GapKind::Missing,
            layer: Some(layer),
            path: String::new(),
            message: format!("the layer was not read: {reason}"),
        });
    }

    /// Folds what is there. `now` is in seconds since 1970. After the last layer, `last` lets go of the facts.
    pub fn join(&mut self, now: f64, last: bool) {
        let facts = if last { std::mem::take(&mut self.facts) } else { self.facts.clone() };
        self.now = Some(now as i64);
        (self.tree, self.listing) = (None, None);
        self.analysis = Some(Analysis::unasked(&self.subject, facts, &self.options(), &self.limits));
        self.unsettle(Unsettled::Checks);
    }

    /// Takes a digest that was computed behind the report: a pending claim becomes verified or refuted; none where the bytes
    /// could not be read again.
    #[wasm_bindgen(js_name = setDigest)]
    pub fn set_digest(&mut self, layer: u32, digest: Option<String>) {
        if let Some(analysis) = &mut self.analysis {
            analysis.set_digest(layer, digest.as_deref());
        }
    }

    /// The same for a diff_id; none also where the blob does not decode to its end.
    #[wasm_bindgen(js_name = setDiffId)]
    pub fn set_diff_id(&mut self, layer: u32, diff_id: Option<String>) {
        if let Some(analysis) = &mut self.analysis {
            analysis.set_diff_id(layer, diff_id.as_deref());
        }
    }

    /// Says that digests of a layer could not be computed.
    #[wasm_bindgen(js_name = missDigests)]
    pub fn miss_digests(&mut self, layer: u32, reason: &str) {
        if let Some(analysis) = &mut self.analysis {
            analysis.miss_digests(layer, reason);
        }
    }

    /// The report so far.
    ///
    /// # Errors
    /// When nothing was joined yet.
    pub fn report(&mut self) -> Result<Ts<Report>, JsError> {
        self.settle_all();
        Ok(self.report_so_far()?.into_ts()?)
    }

    /// Keys of the advisory shards that the packages need.
    ///
    /// # Errors
    /// When nothing was joined yet.
    #[wasm_bindgen(js_name = startMatching)]
    pub fn start_matching(&mut self) -> Result<Vec<String>, JsError> {
        let matcher = porthole_scan::matcher(self.report_so_far()?);
        let needs = matcher.needs().map(str::to_owned).collect();
        self.matcher = Some(matcher);
        Ok(needs)
    }

    /// Takes the database's index; says which files to fetch. A bad index becomes a gap, and then there is nothing to fetch.
    ///
    /// # Errors
    /// When matching has not started.
    #[wasm_bindgen(js_name = pushIndex)]
    pub fn push_index(&mut self, bytes: &[u8]) -> Result<Ts<ShardWants>, JsError> {
        let matcher = self.matcher.as_mut().ok_or_else(|| js("matching has not started"))?;
        // What is wrong with it is noted as a gap by the matcher itself.
        let _ = matcher.index(bytes);
        let shard = |want: porthole_scan::advisory::Want| ShardWant {
            key: want.key,
            file: want.file,
            bytes: want.bytes,
            sha256: want.sha256,
        };
        Ok(ShardWants { shards: matcher.wants().into_iter().map(shard).collect() }.into_ts()?)
    }

    /// Takes one shard; a bad one becomes a gap.
    #[wasm_bindgen(js_name = pushShard)]
    pub fn push_shard(&mut self, key: &str, bytes: &[u8]) {
        if let Some(matcher) = &mut self.matcher {
            // A refused shard is noted as a gap by the matcher itself.
            let _ = matcher.push(key, bytes);
        }
    }

    /// Says that a shard could not be had.
    #[wasm_bindgen(js_name = missShard)]
    pub fn miss_shard(&mut self, key: &str, reason: &str) {
        if let Some(matcher) = &mut self.matcher {
            matcher.failed(key, reason);
        }
    }

    /// Puts the matched advisories into the report and asks the checks again. `today` is `YYYY-MM-DD`. Without an index it
    /// still says which runtimes are past their end.
    ///
    /// # Errors
    /// When nothing was joined or matching has not started.
    #[wasm_bindgen(js_name = finishMatching)]
    pub fn finish_matching(&mut self, today: String) -> Result<(), JsError> {
        let matcher = self.matcher.take().ok_or_else(|| js("matching has not started"))?;
        let options = advisory::Options { today: Some(today.clone()), ..advisory::Options::default() };
        porthole_scan::set_vulnerabilities(self.report_mut()?, matcher, &options);
        if let Some(listed) = &mut self.listed {
            listed.as_read = listed.report.clone();
        }
        self.today = Some(today);
        self.unsettle(Unsettled::Rules);
        Ok(())
    }

    /// The day of the report for a document that is not matched, `YYYY-MM-DD`.
    #[wasm_bindgen(js_name = setToday)]
    pub fn set_today(&mut self, today: String) {
        self.today = Some(today);
    }

    /// Takes a policy (TOML) instead of the one before; without text there is none.
    ///
    /// # Errors
    /// When it is no policy; then there is none.
    #[wasm_bindgen(js_name = setPolicy)]
    pub fn set_policy(&mut self, name: &str, text: Option<String>) -> Result<(), JsError> {
        self.policy = None;
        let policy = text.map(|text| basic_toml::from_str(&text)).transpose();
        self.policy = policy.map_err(|error| js(format!("{name}: {}", error.to_string().trim_end())))?;
        Ok(())
    }

    /// How the policy ended; nothing without one. What it accepts is marked in the report.
    ///
    /// # Errors
    /// When nothing was joined yet.
    pub fn judge(&mut self) -> Result<Option<Ts<PolicyResult>>, JsError> {
        self.settle_rules();
        let (policy, today) = (self.policy.clone(), self.today.clone());
        let read = self.listed.as_ref().map(|listed| listed.as_read.secrets.clone());
        let report = self.report_mut()?;
        match read {
            Some(read) => report.secrets = read,
            None => report.secrets.iter_mut().for_each(|secret| secret.allowed_by = None),
        }
        let Some(policy) = policy else {
            self.unsettle(Unsettled::Checks);
            return Ok(None);
        };
        policy::mark_allowed(&policy, report, today.as_deref());
        self.unsettle(Unsettled::Checks);
        self.settle_all();
        let result = policy::judge(&policy, self.report_so_far()?, today.as_deref());
        Ok(Some(result.into_ts()?))
    }

    /// Takes a VEX document (OpenVEX, CycloneDX) or an ignore file, told apart by its content, and gives the number of its
    /// rules. May come before or after the matching; findings that it names no longer count.
    ///
    /// # Errors
    /// When it is none of them: a rule that is not understood must not silently do nothing.
    #[wasm_bindgen(js_name = addRules)]
    pub fn add_rules(&mut self, name: &str, bytes: &[u8]) -> Result<usize, JsError> {
        let rules = suppress::document(name, bytes).map_err(js)?;
        let count = rules.len();
        self.rules.extend(rules);
        self.unsettle(Unsettled::Rules);
        Ok(count)
    }

    /// Forgets all rules: every finding counts again.
    #[wasm_bindgen(js_name = dropRules)]
    pub fn drop_rules(&mut self) {
        self.rules.clear();
        self.unsettle(Unsettled::Rules);
    }

    /// Rules that have run out by the day of the report, a line each: document, ids, last day.
    #[wasm_bindgen(js_name = expiredRules)]
    pub fn expired_rules(&self) -> Vec<String> {
        let expired = self.rules.iter().filter(|rule| rule.has_expired(self.today.as_deref()));
        expired
            .map(|rule| format!("{}: {}: {}", rule.source, rule.ids.join(", "), rule.expires.as_deref().unwrap_or_default()))
            .collect()
    }

    /// Rows of a folder by name, or the `largest` of it; at most `limit`. `state` is `merged`, `upTo` or `layer`.
    ///
    /// # Errors
    /// When nothing was joined yet.
    pub fn children(
        &mut self,
        path: &str,
        state: &str,
        layer: u32,
        largest: bool,
        limit: usize,
    ) -> Result<Ts<FolderPage>, JsError> {
        let (analysis, tree) = self.tree(state, layer)?;
        Ok(files::folder(&analysis.view, tree, path, largest, limit).into_ts()?)
    }

    /// One path; of a path that the state lacks, what was there last.
    ///
    /// # Errors
    /// When nothing was joined yet, or the image never had the path.
    pub fn node(&mut self, path: &str, state: &str, layer: u32) -> Result<Ts<FileNode>, JsError> {
        let (analysis, tree) = self.tree(state, layer)?;
        let found = files::one(&analysis.view, tree, path);
        Ok(found.ok_or_else(|| js(format!("{path} is in no layer of this image")))?.into_ts()?)
    }

    /// A window into the tree with these folders open, by `name` or by `size`; `changes` leaves out what the layer did not
    /// touch. With `at`, the line of that path too.
    ///
    /// # Errors
    /// When nothing was joined yet.
    #[expect(clippy::too_many_arguments, reason = "one call for one window; JavaScript has no named arguments")]
    pub fn lines(
        &mut self,
        open: Vec<String>,
        order: &str,
        changes: bool,
        state: &str,
        layer: u32,
        offset: usize,
        limit: usize,
        at: Option<String>,
    ) -> Result<Ts<LinesPage>, JsError> {
        self.tree(state, layer)?;
        let (Some(analysis), Some(tree)) = (&self.analysis, &self.tree) else {
            return Err(js("the layers have not been joined"));
        };
        let order = if order == "size" { Order::Size } else { Order::Name };
        let listing = match &mut self.listing {
            Some(listing) if listing.is(order, changes) => listing,
            slot => slot.insert(Listing::new(order, changes)),
        };
        listing.show(&analysis.view, tree, files::nodes(&analysis.view, &open));
        Ok(files::window(&analysis.view, tree, listing, (offset, limit), at.as_deref()).into_ts()?)
    }

    /// Paths that match, at most `limit`, and how many there are.
    ///
    /// # Errors
    /// When nothing was joined yet.
    pub fn search(&mut self, text: &str, state: &str, layer: u32, limit: usize) -> Result<Ts<SearchPage>, JsError> {
        let (analysis, tree) = self.tree(state, layer)?;
        Ok(files::search(&analysis.view, tree, text, limit).into_ts()?)
    }

    /// What happened to a path, oldest first.
    ///
    /// # Errors
    /// When nothing was joined yet.
    pub fn history(&self, path: &str) -> Result<Ts<FileHistory>, JsError> {
        Ok(files::history(&self.analysis()?.view, path).into_ts()?)
    }

    /// Where the bytes of a path lie, as the given layer put it.
    ///
    /// # Errors
    /// When nothing was joined yet, or the layer holds no content for the path.
    pub fn place(&self, path: &str, layer: u32) -> Result<Ts<FilePlace>, JsError> {
        let place = files::place(&self.analysis()?.view, path, layer);
        Ok(place.ok_or_else(|| js(format!("{path} has no content in layer {}", layer + 1)))?.into_ts()?)
    }

    fn options(&self) -> Options {
        Options { now: self.now }
    }

    /// The person's rules before those that came with the image.
    fn all_rules(&self) -> Vec<suppress::Rule> {
        self.rules.iter().chain(&self.attested).cloned().collect()
    }

    /// What rests on something that has changed is asked again when the report is next looked at, once for all changes.
    pub(crate) fn unsettle(&mut self, what: Unsettled) {
        self.unsettled = self.unsettled.max(Some(what));
    }

    fn settle_rules(&mut self) {
        if self.unsettled == Some(Unsettled::Rules) {
            self.apply_rules();
            self.unsettled = Some(Unsettled::Checks);
        }
    }

    fn settle_all(&mut self) {
        self.settle_rules();
        if self.unsettled.take().is_some() {
            self.ask_checks();
        }
    }

    /// Says anew what counts. A document's own word on a finding stays: it said so before any rule of this person.
    fn apply_rules(&mut self) {
        let (rules, today) = (self.all_rules(), self.today.clone());
        if let Some(listed) = &mut self.listed {
            listed.report = listed.as_read.clone();
        }
        let said = self.listed.as_ref().map(|listed| listed.as_read.vulnerabilities.findings.clone());
        if let Ok(report) = self.report_mut() {
            suppress::apply(&rules, today.as_deref(), &mut report.vulnerabilities);
            for (finding, said) in report.vulnerabilities.findings.iter_mut().zip(said.into_iter().flatten()) {
                finding.suppressed = said.suppressed.or(finding.suppressed.take());
            }
        }
    }

    fn ask_checks(&mut self) {
        let options = self.options();
        if let Some(analysis) = &mut self.analysis {
            analysis.run_checks(&options);
        }
    }

    pub(crate) fn report_mut(&mut self) -> Result<&mut Report, JsError> {
        match (&mut self.analysis, &mut self.listed) {
            (Some(analysis), _) => Ok(&mut analysis.report),
            (None, Some(listed)) => Ok(&mut listed.report),
            (None, None) => Err(js("the layers have not been joined")),
        }
    }

    pub(crate) fn report_so_far(&self) -> Result<&Report, JsError> {
        let joined = self.analysis.as_ref().map(|analysis| &analysis.report);
        joined.or(self.listed.as_ref().map(|listed| &listed.report)).ok_or_else(|| js("the layers have not been joined"))
    }

    fn analysis(&self) -> Result<&Analysis, JsError> {
        self.analysis.as_ref().ok_or_else(|| js("the layers have not been joined"))
    }

    fn tree(&mut self, state: &str, layer: u32) -> Result<(&Analysis, &Tree), JsError> {
        let analysis = self.analysis.as_ref().ok_or_else(|| js("the layers have not been joined"))?;
        let state = match state {
            "upTo" => State::UpTo(layer),
            "layer" => State::Layer(layer),
            _ => State::Merged,
        };
        if self.tree.as_ref().is_none_or(|tree| tree.state() != state) {
            self.listing = None;
            self.tree = Some(Tree::new(&analysis.view, state));
        }
        let tree = self.tree.as_ref().ok_or_else(|| js("the tree was not built"))?;
        Ok((analysis, tree))
    }
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    const SBOM: &[u8] = br#"{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"components":[
        {"type":"library","name":"left-pad","version":"1.3.0","purl":"pkg:npm/left-pad@1.3.0"}]}"#;

    #[wasm_bindgen_test]
    fn a_document_becomes_a_report_for_javascript() {
        let mut merge = Merge::of_document(SBOM, "sbom.json").expect("an SBOM");
        let report = merge.report_so_far().expect("a report");
        assert_eq!(report.packages.iter().map(|package| package.name.as_str()).collect::<Vec<_>>(), ["left-pad"]);
        assert!(merge.report().is_ok());
    }

    #[wasm_bindgen_test]
    fn what_is_no_document_is_refused() {
        for bytes in [&b"nonsense"[..], b""] {
            assert!(Merge::of_document(bytes, "sbom.json").is_err());
        }
    }
}
