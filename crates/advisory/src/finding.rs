//! From the hits of one package to its findings: one for each issue, however many advisories name it.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use porthole_report::{EvidenceKind, FixState, Package, Vulnerability, sorting};

use crate::hit::Hit;
use crate::shard::{ISSUE_KEV, View};
use crate::{ecosystem, epss, references, severity};

/// What is known of one issue while its hits are gathered.
struct Gathered<'a> {
    issue: usize,
    advisory: usize,
    fixed: Option<&'a str>,
    wont_fix: bool,
    /// No hit so far is free of doubt.
    doubt: Option<&'static str>,
    others: Vec<String>,
}

/// A package looked up under one name.
pub(crate) struct Lookup<'a> {
    pub(crate) package: &'a Package,
    /// The name that was looked up.
    pub(crate) name: &'a str,
    /// True when that is the source package's.
    pub(crate) by_source: bool,
}

/// The findings of one package; `None` when the shard is damaged.
pub(crate) fn findings(view: &View<'_>, hits: &[Hit<'_>], lookup: &Lookup<'_>) -> Option<Vec<Vulnerability>> {
    let mut gathered: BTreeMap<String, Gathered<'_>> = BTreeMap::new();
    for hit in hits {
        let links = view.advisory_issues.get(hit.advisory)?;
        let first = view.issue_id(view.links.index(links.start)?)?;
        let advisory = view.advisory_id(hit.advisory, &first)?;
        for link in links {
            let issue = view.links.index(link)?;
            let id = view.issue_id(issue)?;
            let doubt = hit.doubt.map(crate::hit::Doubt::words);
            match gathered.get_mut(&id) {
                None => {
                    let (fixed, wont_fix) = (hit.fixed, hit.wont_fix);
                    let others = vec![advisory.clone()];
                    gathered.insert(id, Gathered { issue, advisory: hit.advisory, fixed, wont_fix, doubt, others });
                }
                Some(known) => {
                    known.others.push(advisory.clone());
                    known.wont_fix &= hit.wont_fix;
                    known.doubt = known.doubt.and(doubt);
                    // The later fix frees from every advisory that matched.
                    let later = match (hit.fixed, known.fixed) {
                        (Some(new), Some(old)) => view.scheme.order(new, old).ordering == Ordering::Greater,
                        (new, old) => new.is_some() && old.is_none(),
                    };
                    if later {
                        (known.fixed, known.advisory, known.issue) = (hit.fixed, hit.advisory, issue);
                    }
                }
            }
        }
    }
    gathered.into_iter().map(|(id, known)| finding(view, id, known, lookup)).collect()
}

fn finding(view: &View<'_>, id: String, known: Gathered<'_>, lookup: &Lookup<'_>) -> Option<Vulnerability> {
    let package = lookup.package;
    let links = view.advisory_issues.get(known.advisory)?;
    let alone = links.len() == 1;
    let first = view.issue_id(view.links.index(links.start)?)?;
    let advisory = view.advisory_id(known.advisory, &first)?;
    let mut aliases = view.issue_alias_ids(known.issue)?;
    aliases.extend(known.others);
    sorting::sort(&mut aliases);
    aliases.dedup();
    aliases.retain(|alias| *alias != id && *alias != advisory);

    let word = view.word(view.advisory_word.get(known.advisory)?)?;
    let vector = view.vector(known.issue)?;
    let score = vector.and_then(severity::score);
    let code = u8::try_from(view.issue_epss.get(known.issue)?).ok()?;
    let percentile = if code == 0 { None } else { Some(view.percentiles.get(usize::from(code))? as f32 / 65_535.0) };
    let word_first = alone && ecosystem::is_distribution(view.key());
    let wont_fix = known.wont_fix || word == Some("end-of-life");
    Some(Vulnerability {
        aliases,
        purl: package.purl.clone(),
        package: package.name.clone(),
        installed: package.version.clone(),
        fixed: known.fixed.map(str::to_owned),
        fix_state: match (known.fixed, wont_fix) {
            (Some(_), _) => FixState::Fixed,
            (None, true) => FixState::WontFix,
            (None, false) if known.doubt.is_some() => FixState::Unknown,
            (None, false) => FixState::NotFixed,
        },
        severity: severity::choose(score, word, word_first),
        score,
        vector: vector.map(str::to_owned),
        urgency: word.map(str::to_owned),
        kev: view.issue_flags.get(known.issue)? & ISSUE_KEV != 0,
        epss: epss::score(code),
        epss_percentile: percentile,
        layer: package.layer,
        origin: package.origin,
        matched_source: lookup.by_source.then(|| lookup.name.to_owned()).filter(|name| *name != package.name),
        uncertain: doubt(package, lookup).or(known.doubt).map(str::to_owned),
        changelog_claims_fix: package.changelog_fixes.contains(&id),
        informational: view.word(view.advisory_kind.get(known.advisory)?)?.map(str::to_owned),
        suppressed: None,
        references: references::references(&advisory, &id, view.key()),
        ecosystem: view.key().to_owned(),
        id,
        advisory,
    })
}

/// Doubts that the package itself raises.
fn doubt(package: &Package, lookup: &Lookup<'_>) -> Option<&'static str> {
    let kernel = lookup.by_source && (lookup.name == "linux" || lookup.name.starts_with("linux-"));
    if kernel && (package.name.contains("headers") || package.name.contains("libc-dev")) {
        return Some("only the kernel's header files are installed: the kernel that runs is the host's");
    }
    match package.evidence {
        EvidenceKind::Declared => Some("only declared in a lock file or manifest, maybe not installed"),
        EvidenceKind::Binary => Some("the version was recognised from strings in a binary"),
        _ => None,
    }
}
