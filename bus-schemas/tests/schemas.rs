//! The committed JSON Schemas are those of the code, and the golden samples fit them.
//!
//! `UPDATE_DOCUMENTS=1 cargo test -p flowgrid-bus` writes them anew.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use flowgrid_domain::EventSchema;
use flowgrid_domain::aggregates::AGGREGATES;
use serde_json::{Map, Value, json};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn all() -> Vec<EventSchema> {
    let schemas = AGGREGATES.iter().map(|aggregate| (aggregate.schemas)());
    schemas.flatten().collect()
}

/// `building.registered.v1`
fn name(schema: &EventSchema) -> String {
    let major = schema.event_version.split('.').next().unwrap();
    format!("{}.v{major}", schema.event_type)
}

/// The schema as a document that stands alone.
fn document(event: &EventSchema) -> Value {
    let mut document = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": format!("urn:flowgrid:event:{}:{}", event.event_type, event.event_version),
        "title": event.event_type,
    });
    let Value::Object(schema) = serde_json::to_value(&event.schema).unwrap() else {
        panic!("{}: no object", event.event_type);
    };
    let object = document.as_object_mut().unwrap();
    object.extend(schema);
    let referred: BTreeMap<&String, Value> = event
        .referred
        .iter()
        .map(|(name, schema)| (name, serde_json::to_value(schema).unwrap()))
        .collect();
    if !referred.is_empty() {
        object.insert("$defs".to_owned(), json!(referred));
    }
    let text = document
        .to_string()
        .replace("#/components/schemas/", "#/$defs/");
    serde_json::from_str(&text).unwrap()
}

#[test]
fn the_committed_schemas_are_those_of_the_code() {
    let update = std::env::var_os("UPDATE_DOCUMENTS").is_some();
    for event in all() {
        let path = folder("schemas").join(format!("{}.schema.json", name(&event)));
        let document = document(&event);
        if update {
            std::fs::write(&path, format!("{document:#}\n")).unwrap();
        }
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        let committed: Value = serde_json::from_str(&committed).unwrap_or_default();
        assert_eq!(committed, document, "{} is out of date", path.display());
    }
}

/// The properties and the required names of a schema, those it refers to included.
fn collect(
    schema: &Value,
    document: &Value,
    properties: &mut Map<String, Value>,
    required: &mut Vec<String>,
) {
    if let Some(Value::String(reference)) = schema.get("$ref") {
        let target = document.pointer(reference.trim_start_matches('#')).unwrap();
        collect(target, document, properties, required);
    }
    for part in schema
        .get("allOf")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        collect(part, document, properties, required);
    }
    // Of alternatives, each one's fields may be there.
    let alternatives = schema.get("oneOf").and_then(Value::as_array);
    for part in alternatives.into_iter().flatten() {
        collect(part, document, properties, &mut Vec::new());
    }
    if let Some(Value::Object(found)) = schema.get("properties") {
        properties.extend(found.clone());
    }
    let names = schema.get("required").and_then(Value::as_array);
    required.extend(
        names
            .into_iter()
            .flatten()
            .map(|name| name.as_str().unwrap().to_owned()),
    );
}

#[test]
fn the_samples_have_the_fields_of_their_schema() {
    let entries = folder("samples")
        .read_dir()
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let samples: Vec<PathBuf> = entries
        .filter(|path| path.extension().is_some_and(|end| end == "json"))
        .collect();
    for event in all() {
        let document = document(&event);
        let (mut properties, mut required) = (Map::new(), Vec::new());
        collect(&document, &document, &mut properties, &mut required);
        let own = format!("{}.", name(&event));
        let of_this = |path: &&PathBuf| {
            path.file_name()
                .unwrap()
                .to_str()
                .unwrap()
                .starts_with(&own)
        };
        for path in samples.iter().filter(of_this) {
            let sample: Map<String, Value> =
                serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
            for field in sample.keys() {
                assert!(
                    properties.contains_key(field),
                    "{}: {field} is not in the schema",
                    path.display()
                );
            }
            for field in &required {
                assert!(
                    sample.contains_key(field),
                    "{}: {field} is required",
                    path.display()
                );
            }
        }
    }
}
