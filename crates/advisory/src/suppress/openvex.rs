//! OpenVEX documents (OpenVEX specification 0.2.0). Only `not_affected` and `fixed` silence a finding; `affected` and
//! `under_investigation` do not.

use serde::Deserialize;

use super::{Error, Rule, json, refuse, text};

#[derive(Deserialize)]
struct Document {
    #[serde(rename = "@context")]
    context: String,
    #[serde(default)]
    statements: Vec<Statement>,
}

#[derive(Deserialize)]
struct Statement {
    vulnerability: Named,
    #[serde(default)]
    products: Vec<Product>,
    status: String,
    #[serde(default)]
    justification: Option<String>,
    #[serde(default)]
    impact_statement: Option<String>,
    #[serde(default)]
    status_notes: Option<String>,
}

/// The specification's object, or the bare name of version 0.0.
#[derive(Deserialize)]
#[serde(untagged)]
enum Named {
    Name(String),
    Object {
        #[serde(default)]
        name: String,
        #[serde(default)]
        aliases: Vec<String>,
    },
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Product {
    Id(String),
    Object {
        #[serde(default, rename = "@id")]
        id: String,
        #[serde(default)]
        identifiers: std::collections::BTreeMap<String, String>,
        #[serde(default)]
        subcomponents: Vec<Product>,
    },
}

impl Product {
    /// purls of the parts that a statement is about: the subcomponents where there are any, else the product itself.
    fn purls(&self, out: &mut Vec<String>) {
        match self {
            Self::Id(id) => out.push(id.clone()),
            Self::Object { subcomponents, .. } if !subcomponents.is_empty() => {
                for part in subcomponents {
                    part.purls(out);
                }
            }
            Self::Object { id, identifiers, .. } => out.push(identifiers.get("purl").unwrap_or(id).clone()),
        }
    }
}

/// Reads an OpenVEX document.
///
/// # Errors
/// When it is not one.
pub fn openvex(name: &str, bytes: &[u8]) -> Result<Vec<Rule>, Error> {
    let document: Document = json(name, text(name, bytes)?)?;
    if !document.context.starts_with("https://openvex.dev/ns") {
        return Err(refuse(name, "not an OpenVEX document"));
    }
    let statements =
        document.statements.into_iter().filter(|statement| matches!(statement.status.as_str(), "not_affected" | "fixed"));
    Ok(statements.map(|statement| rule(name, statement)).collect())
}

fn rule(source: &str, statement: Statement) -> Rule {
    let mut packages = Vec::new();
    for product in &statement.products {
        product.purls(&mut packages);
    }
    // A statement about the image as a whole covers every package in it.
    if packages.iter().any(|package| package.starts_with("pkg:oci/") || package.starts_with("pkg:docker/")) {
        packages.clear();
    }
    let ids = match statement.vulnerability {
        Named::Name(name) => vec![name],
        Named::Object { name, mut aliases } => {
            aliases.insert(0, name);
            aliases
        }
    };
    let status = match &statement.justification {
        Some(justification) => format!("{}: {justification}", statement.status),
        None => statement.status,
    };
    let reason = statement.impact_statement.or(statement.status_notes).unwrap_or_default();
    Rule { ids, packages, by: "vex".into(), status, reason, expires: None, source: source.to_owned() }
}
