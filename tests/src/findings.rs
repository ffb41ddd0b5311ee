//! Packages and findings for tests that need one and do not care which.

use porthole_report::{EvidenceKind, FixState, Origin, Package, Severity, Vulnerability};

/// An installed package, visible, of the lowest layer.
pub fn package(kind: &str, name: &str, version: &str) -> Package {
    Package {
        purl: format!("pkg:{kind}/{name}@{version}"),
        kind: kind.into(),
        name: name.into(),
        version: version.into(),
        architecture: None,
        licenses: Vec::new(),
        source: None,
        evidence: EvidenceKind::Installed,
        path: "/x".into(),
        layer: 0,
        origin: Origin::Own,
        visible: true,
        removed_in: None,
        found_by: kind.into(),
        owned_by: None,
        installed_size: None,
        also_at: Vec::new(),
        changelog_fixes: Vec::new(),
    }
}

/// A finding with every field filled in.
pub fn vulnerability(id: &str, purl: &str) -> Vulnerability {
    Vulnerability {
        id: id.into(),
        aliases: vec![format!("{id}-alias")],
        advisory: id.into(),
        ecosystem: "npm".into(),
        purl: purl.into(),
        package: "x".into(),
        installed: "1.0".into(),
        fixed: Some("9.9".into()),
        fix_state: FixState::Fixed,
        severity: Severity::High,
        score: Some(7.3),
        vector: Some("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:L/A:L".into()),
        urgency: None,
        kev: true,
        epss: Some(0.5),
        epss_percentile: Some(0.9),
        layer: 0,
        origin: Origin::Own,
        matched_source: None,
        uncertain: None,
        changelog_claims_fix: false,
        informational: None,
        suppressed: None,
        references: vec!["https://example.org/advisory".into()],
    }
}
