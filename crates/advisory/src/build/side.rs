//! Side tables: CVSS vectors, CISA's known exploited vulnerabilities, FIRST's EPSS scores. All are keyed by CVE id.

use std::collections::{BTreeSet, HashMap};

use serde::Deserialize;

use super::osv::{Record, Severity};
use crate::epss;

/// Facts about CVEs from beside the records.
#[derive(Debug, Default)]
pub(super) struct Side {
    pub(super) vectors: HashMap<String, String>,
    pub(super) kev: BTreeSet<String>,
    pub(super) kev_version: String,
    pub(super) epss: HashMap<String, u8>,
    /// Percentile (of 65535) by code of the score.
    pub(super) percentiles: Vec<u16>,
}

#[derive(Deserialize)]
struct Rated {
    id: String,
    #[serde(default)]
    severity: Vec<Severity>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Catalogue {
    #[serde(default)]
    catalog_version: String,
    vulnerabilities: Vec<Exploited>,
}

#[derive(Deserialize)]
struct Exploited {
    #[serde(rename = "cveID")]
    cve_id: String,
}

impl Side {
    /// One line of `cvss.jsonl`: `{"id": CVE, "severity": [{"type", "score"}]}`. False when it cannot be read.
    pub(super) fn cvss_line(&mut self, line: &[u8]) -> bool {
        let Ok(rated) = serde_json::from_slice::<Rated>(line) else {
            return false;
        };
        if let Some(vector) = Record::vector(&rated.severity) {
            let known = self.vectors.entry(rated.id).or_default();
            // Of two the greater: the order of lines does not show.
            if known.as_str() < vector {
                *known = vector.to_owned();
            }
        }
        true
    }

    /// CISA's `known_exploited_vulnerabilities.json`.
    pub(super) fn kev(&mut self, json: &[u8]) -> Result<(), String> {
        let catalogue: Catalogue = serde_json::from_slice(json).map_err(|error| error.to_string())?;
        self.kev_version = catalogue.catalog_version;
        self.kev.extend(catalogue.vulnerabilities.into_iter().map(|entry| entry.cve_id));
        Ok(())
    }

    /// FIRST's `epss_scores.csv`: a comment line, a header, `cve,epss,percentile`.
    pub(super) fn epss(&mut self, csv: &str) -> Result<(), String> {
        let mut by_code: Vec<Vec<f64>> = vec![Vec::new(); 256];
        for line in csv.lines().filter(|line| line.starts_with("CVE-")) {
            let mut fields = line.split(',');
            let row = (
                fields.next(),
                fields.next().and_then(|field| field.parse::<f64>().ok()),
                fields.next().and_then(|field| field.parse::<f64>().ok()),
            );
            let (Some(cve), Some(score), Some(percentile)) = row else {
                continue;
            };
            let code = epss::code(score);
            let known = self.epss.entry(cve.to_owned()).or_default();
            *known = code.max(*known);
            if let Some(list) = by_code.get_mut(usize::from(code)) {
                list.push(percentile);
            }
        }
        if self.epss.is_empty() {
            return Err("no line of the form cve,epss,percentile".into());
        }
        let mut last = 0;
        self.percentiles = by_code
            .into_iter()
            .map(|mut list| {
                list.sort_by(f64::total_cmp);
                // A step that no score fell into has the rank of the one below it.
                if let Some(middle) = list.get(list.len() / 2) {
                    last = (middle.clamp(0.0, 1.0) * 65_535.0).round() as u16;
                }
                last
            })
            .collect();
        Ok(())
    }
}
