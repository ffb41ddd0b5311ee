//! "Upgrade this and so many go away": findings grouped by what a person can upgrade.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use porthole_report::{Severity, Upgrade, Vulnerability, sorting};

use crate::ecosystem;

/// The upgrades that a list of findings calls for, the one that closes most first. Findings that are suppressed or informational
/// don't count.
pub fn upgrades(findings: &[Vulnerability]) -> Vec<Upgrade> {
    let mut groups: BTreeMap<(&str, &str, &str), Vec<&Vulnerability>> = BTreeMap::new();
    for finding in findings.iter().filter(|finding| finding.counts()) {
        groups.entry((&finding.ecosystem, finding.source(), &finding.installed)).or_default().push(finding);
    }
    let mut upgrades: Vec<_> =
        groups.into_iter().map(|((ecosystem, name, installed), group)| upgrade(ecosystem, name, installed, &group)).collect();
    sorting::sort_by(&mut upgrades, |a, b| {
        let weight = |upgrade: &Upgrade| (upgrade.kev, upgrade.closes.len(), upgrade.severity, upgrade.remain.len());
        weight(b)
            .cmp(&weight(a))
            .then_with(|| (&a.ecosystem, &a.package, &a.installed).cmp(&(&b.ecosystem, &b.package, &b.installed)))
    });
    upgrades
}

fn upgrade(ecosystem: &str, name: &str, installed: &str, group: &[&Vulnerability]) -> Upgrade {
    let scheme = ecosystem::scheme(ecosystem);
    let (mut to, mut seen): (Option<&str>, BTreeSet<&str>) = (None, BTreeSet::new());
    let (mut closes, mut remain, mut exploited) = (Vec::new(), Vec::new(), 0);
    for finding in group {
        if let Some(fixed) = finding.fixed.as_deref()
            && to.is_none_or(|known| scheme.order(fixed, known).ordering == Ordering::Greater)
        {
            to = Some(fixed);
        }
        // One issue in several binaries of one source counts once.
        if seen.insert(&finding.id) {
            let list = if finding.fixed.is_some() { &mut closes } else { &mut remain };
            list.push(finding.id.clone());
            exploited += u32::from(finding.kev && finding.fixed.is_some());
        }
    }
    let closing = |finding: &&&Vulnerability| finding.fixed.is_some() || closes.is_empty();
    let severity = group.iter().filter(closing).map(|finding| finding.severity).max().unwrap_or(Severity::Unknown);
    let lowest = group.iter().min_by_key(|finding| finding.layer);
    let mut purls = BTreeSet::new();
    purls.extend(group.iter().map(|finding| finding.purl.clone()));
    Upgrade {
        ecosystem: ecosystem.to_owned(),
        package: name.to_owned(),
        installed: installed.to_owned(),
        to: to.map(str::to_owned),
        purls: purls.into_iter().collect(),
        severity,
        kev: exploited,
        layer: lowest.map_or(0, |finding| finding.layer),
        origin: lowest.map_or(porthole_report::Origin::Unknown, |finding| finding.origin),
        closes,
        remain,
    }
}
