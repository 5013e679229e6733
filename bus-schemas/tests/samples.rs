//! Every event type has golden samples, and they decode for ever.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use std::collections::BTreeSet;
use std::path::Path;

use flowgrid_domain::aggregates::{AGGREGATES, Aggregate};
use serde_json::Value;

struct Sample {
    file: String,
    event_type: String,
    version: String,
    payload: Value,
}

fn samples() -> Vec<Sample> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    let files = folder
        .read_dir()
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let json = files.filter(|path| path.extension().is_some_and(|end| end == "json"));
    json.map(|path| {
        let file = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let (event_type, rest) = file.split_once(".v").unwrap();
        // `v1.json`, `v1.bare.json`, `v1.1.json`
        let mut parts = rest.split('.');
        let major = parts.next().unwrap();
        let minor = parts.next().and_then(|part| part.parse::<u32>().ok());
        Sample {
            event_type: event_type.to_owned(),
            version: format!("{major}.{}", minor.unwrap_or(0)),
            payload: serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap(),
            file,
        }
    })
    .collect()
}

/// Decodes a sample; answers what it is written as today.
fn decode(sample: &Sample) -> (&'static str, Value) {
    let (aggregate, _) = sample.event_type.split_once('.').unwrap();
    let aggregate = Aggregate::named(aggregate)
        .unwrap_or_else(|| panic!("{}: no aggregate {aggregate}", sample.file));
    let payload = sample.payload.to_string();
    let (version, written) = (aggregate.rewrite)(&sample.event_type, &sample.version, &payload)
        .unwrap_or_else(|error| panic!("{}: {error}", sample.file));
    (version, serde_json::from_str(&written).unwrap())
}

fn known() -> impl Iterator<Item = (&'static str, &'static str)> {
    AGGREGATES.iter().flat_map(|row| row.events).copied()
}

#[test]
fn every_sample_decodes_and_is_written_again_as_it_was() {
    for sample in samples() {
        let (version, written) = decode(&sample);
        // Fields that a later minor version added may be absent.
        if version.split('.').next() == sample.version.split('.').next() {
            assert_eq!(written, sample.payload, "{}", sample.file);
        }
    }
}

/// Objects whose names are data of somebody's, not fields of ours.
const MAPS: &[&str] = &["data", "details", "settings"];

/// What the next release may write while this one still runs: the same, and fields unknown here.
fn newer_minor(sample: &Sample) -> Sample {
    let mut payload = sample.payload.clone();
    let fields = payload.as_object_mut().unwrap();
    let structs = fields
        .iter_mut()
        .filter(|(name, _)| !MAPS.contains(&name.as_str()));
    for (_, value) in structs {
        if let Some(inner) = value.as_object_mut() {
            inner.insert("ofTheNextRelease".into(), Value::Null);
        }
    }
    fields.insert(
        "ofTheNextRelease".into(),
        serde_json::json!({"deep": [1, "two"]}),
    );
    let major = sample.version.split('.').next().unwrap();
    Sample {
        file: format!("{} of the next release", sample.file),
        event_type: sample.event_type.clone(),
        version: format!("{major}.999"),
        payload,
    }
}

#[test]
fn every_event_is_read_in_a_newer_minor_version() {
    for sample in samples() {
        let newer = newer_minor(&sample);
        assert_eq!(decode(&sample), decode(&newer), "{}", newer.file);
    }
}

#[test]
fn every_event_in_its_version_has_a_sample() {
    let found: BTreeSet<(String, String)> = samples()
        .into_iter()
        .map(|sample| (sample.event_type, sample.version))
        .collect();
    for (name, version) in known() {
        let wanted = (name.to_owned(), version.to_owned());
        assert!(found.contains(&wanted), "no sample of {name} {version}");
    }
}

#[test]
fn every_event_says_who_may_see_it() {
    let known: BTreeSet<&str> = known().map(|(name, _)| name).collect();
    assert_eq!(known, flowgrid_bus::event_types().collect());
}
