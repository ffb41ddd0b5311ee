//! Our own schemas, as published: what they say is what the types say, so that no field is written that they do not know.
//!
//! After a change of the types: `PORTHOLE_UPDATE_SCHEMAS=1 cargo nextest run -p porthole-tests schema`, and, when a field went
//! away or changed its meaning, a new number in the file's name and in `SCHEMA_VERSION`.

use std::path::Path;

use porthole_report::diff::Diff;
use porthole_report::policy::Policy;
use porthole_report::{Report, SCHEMA_VERSION};
use schemars::generate::{SchemaGenerator, SchemaSettings};
use schemars::{JsonSchema, Schema};

fn generate<T: JsonSchema>(written: bool, name: &str, title: &str) -> (String, String) {
    let settings = SchemaSettings::draft2020_12();
    // What is written has every field; what is read may leave out what has a default.
    let settings = if written { settings.for_serialize() } else { settings.for_deserialize() };
    let mut schema: Schema = SchemaGenerator::new(settings).into_root_schema_for::<T>();
    schema.insert("title".into(), title.into());
    let id = format!("https://raw.githubusercontent.com/porthole-rs/porthole/main/crates/report/schema/{name}.schema.json");
    schema.insert("$id".into(), id.into());
    (name.to_owned(), serde_json::to_string_pretty(&schema).expect("schema") + "\n")
}

#[test]
fn published_schemas_are_those_of_the_types() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/report/schema");
    let schemas = [
        generate::<Report>(true, &format!("report-{SCHEMA_VERSION}"), "Porthole report"),
        generate::<Diff>(true, "diff-1", "Difference of two porthole reports"),
        generate::<Policy>(false, "policy-1", "Porthole policy"),
    ];
    let update = std::env::var_os("PORTHOLE_UPDATE_SCHEMAS").is_some();
    for (name, schema) in schemas {
        let path = folder.join(format!("{name}.schema.json"));
        if update {
            std::fs::create_dir_all(&folder).expect("folder");
            std::fs::write(&path, &schema).expect("write");
        }
        let published = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(published == schema, "{} is not what the types say: see the top of this file", path.display());
    }
}
