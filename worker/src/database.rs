//! The advisory database: static files beside the page, read through the same binding that serves them.

use std::cell::RefCell;
use std::rc::Rc;

use porthole_report::Report;
use porthole_scan::advisory::suppress::Rule;
use porthole_scan::advisory::{INDEX_FILE, Options};
use porthole_scan::oci::Digest;
use porthole_scan::time::rfc3339;
use porthole_scan::{matcher, set_vulnerabilities};

use crate::Host;
use crate::cache::bytes_of;
use crate::wait::now;

/// Folder beside the page.
const FOLDER: &str = "db";
/// Milliseconds for which the index is taken to be the same.
const FRESH: f64 = 60_000.0;
/// Largest index, bytes: what the matcher takes too.
const MAX_INDEX: u32 = 4 << 20;

/// The table of contents.
pub(crate) struct Index {
    bytes: Vec<u8>,
    /// Stands for the whole database: shards carry their hashes in it.
    pub(crate) version: String,
    at: f64,
}

thread_local! {
    static INDEX: RefCell<Option<Rc<Index>>> = const { RefCell::new(None) };
}

impl Host {
    /// A file that is served beside the page.
    async fn asset(&self, path: &str) -> Option<worker::Response> {
        let assets = self.env.assets("ASSETS").ok()?;
        let response = assets.fetch(format!("http://assets/{path}"), None).await.ok()?;
        (response.status_code() == 200).then_some(response)
    }

    /// The database's index; an empty one with the version `none` where there is no database.
    pub(crate) async fn database(&self) -> Rc<Index> {
        let known = INDEX.with_borrow(Clone::clone);
        if let Some(index) = known.filter(|index| now() - index.at < FRESH) {
            return index;
        }
        let mut bytes = Vec::new();
        if let Some(found) = self.asset(&format!("{FOLDER}/{INDEX_FILE}")).await
            && let Some(found) = bytes_of(found).await.filter(|found| found.length() <= MAX_INDEX)
        {
            bytes = found.to_vec();
        }
        // A page that is answered for every address is no index.
        if !bytes.trim_ascii_start().starts_with(b"{") {
            bytes.clear();
        }
        let version = if bytes.is_empty() { "none".into() } else { Digest::sha256(&bytes).hex().chars().take(16).collect() };
        let index = Rc::new(Index { bytes, version, at: now() });
        INDEX.with_borrow_mut(|known| *known = Some(Rc::clone(&index)));
        index
    }

    /// Matches a report's packages; `rules` are those of trusted VEX. Without a database the report has no vulnerabilities, and
    /// says that it had none.
    pub(crate) async fn match_packages(&self, report: &mut Report, index: &Index, now: i64, rules: Vec<Rule>) {
        if index.bytes.is_empty() {
            return;
        }
        let mut matcher = matcher(report);
        // A bad index leaves a gap.
        let _ = matcher.index(&index.bytes);
        for want in matcher.wants() {
            let shard = match self.asset(&format!("{FOLDER}/{}", want.file)).await {
                Some(found) => bytes_of(found).await,
                None => None,
            };
            match shard {
                // What is wrong with a shard is noted by the matcher.
                Some(bytes) => drop(matcher.push(&want.key, &bytes.to_vec())),
                None => matcher.failed(&want.key, "it is not beside the page"),
            }
        }
        set_vulnerabilities(report, matcher, &Options { today: Some(rfc3339(now)), rules, ..Options::default() });
    }
}
