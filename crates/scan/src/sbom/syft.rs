//! Syft's own JSON: `artifacts`, and the distribution that it recognised.

use super::draft::{Draft, distribution};
use crate::packages::syntax::Step;

/// One step of the document.
pub(super) fn step(draft: &mut Draft, path: &[&str], step: Step<'_>) {
    match (path, step) {
        (["schema", "version"], Step::Text(text)) => {
            draft.format = format!("Syft JSON {text}");
            draft.is_known = true;
        }
        (["source", "name"] | ["source", "target", "userInput"], Step::Text(text)) => draft.name = text.to_owned(),
        (["distro", "id"], Step::Text(text)) => {
            draft.distribution.get_or_insert_with(|| distribution(text, None)).id = text.to_owned();
        }
        (["distro", "versionID"], Step::Text(text)) => {
            draft.distribution.get_or_insert_with(|| distribution("", None)).version_id = Some(text.to_owned());
        }
        (["artifacts", "#"], Step::End) => {
            let artifact = draft.take(1);
            draft.push(artifact);
        }
        (["artifacts", "#", field @ ..], Step::Text(text)) => {
            let artifact = draft.at(1);
            match field {
                ["id"] => artifact.id = text.to_owned(),
                ["name"] => artifact.name = text.to_owned(),
                ["version"] => artifact.version = text.to_owned(),
                ["purl"] => artifact.purl = text.to_owned(),
                ["licenses", "#"] | ["licenses", "#", "value"] => artifact.license(text),
                ["locations", "#", "path"] if artifact.path.is_empty() => artifact.path = text.to_owned(),
                _ => {}
            }
        }
        (["artifactRelationships", "#", "parent"], Step::Text(text)) => draft.at(1).id = text.to_owned(),
        (["artifactRelationships", "#", "child"], Step::Text(text)) => draft.at(1).value = text.to_owned(),
        (["artifactRelationships", "#", "type"], Step::Text(text)) => draft.at(1).kind = text.to_owned(),
        (["artifactRelationships", "#"], Step::End) => {
            let relationship = draft.take(1);
            if relationship.kind == "ownership-by-file-overlap" {
                draft.contains.push((relationship.id, relationship.value));
            }
        }
        _ => {}
    }
}
