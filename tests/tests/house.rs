//! The rules of the house that a compiler doesn't know: which room may use which, which licences
//! and which second versions of a crate are accepted.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

/// Who may use whom (ARCHITECTURE.md). Benchmarks and tests may use everything.
const ARROWS: &[(&str, &[&str])] = &[
    ("flowgrid-domain", &[]),
    ("flowgrid-analysis", &[]),
    ("flowgrid-bus", &["flowgrid-domain"]),
    ("flowgrid-log", &["flowgrid-bus", "flowgrid-domain"]),
    (
        "flowgrid-commands",
        &["flowgrid-bus", "flowgrid-domain", "flowgrid-log"],
    ),
    (
        "flowgrid-vault",
        &["flowgrid-bus", "flowgrid-domain", "flowgrid-log"],
    ),
    (
        "flowgrid-projections",
        &[
            "flowgrid-analysis",
            "flowgrid-bus",
            "flowgrid-domain",
            "flowgrid-log",
        ],
    ),
    (
        "flowgrid-workers",
        &[
            "flowgrid-analysis",
            "flowgrid-bus",
            "flowgrid-commands",
            "flowgrid-domain",
            "flowgrid-log",
            "flowgrid-projections",
            "flowgrid-vault",
        ],
    ),
    (
        "flowgrid-api",
        &[
            "flowgrid-analysis",
            "flowgrid-bus",
            "flowgrid-commands",
            "flowgrid-domain",
            "flowgrid-log",
            "flowgrid-projections",
            "flowgrid-vault",
            "flowgrid-workers",
        ],
    ),
    ("flowgrid-stack", &[]),
    (
        "flowgrid",
        &[
            "flowgrid-api",
            "flowgrid-bus",
            "flowgrid-commands",
            "flowgrid-domain",
            "flowgrid-log",
            "flowgrid-projections",
            "flowgrid-stack",
            "flowgrid-vault",
            "flowgrid-workers",
        ],
    ),
];

const EVERYTHING: &[&str] = &[
    "flowgrid-bench",
    "flowgrid-chaos",
    "flowgrid-history",
    "flowgrid-power",
    "flowgrid-tests",
];

/// Licences that may be linked into an Apache-2.0 binary without further duties than a notice.
const LICENCES: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
    "bzip2-1.0.6",
];

fn metadata() -> Value {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--format-version",
            "1",
            "--locked",
            "--offline",
            "--filter-platform",
            "x86_64-unknown-linux-gnu",
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

fn packages(metadata: &Value) -> &[Value] {
    metadata["packages"].as_array().unwrap()
}

#[test]
fn arrows_point_one_way() {
    let metadata = metadata();
    let rooms: BTreeMap<&str, &Value> = packages(&metadata)
        .iter()
        .filter(|package| package["source"].is_null())
        .map(|package| (package["name"].as_str().unwrap(), package))
        .collect();
    let known: BTreeSet<&str> = ARROWS
        .iter()
        .map(|(room, _)| *room)
        .chain(EVERYTHING.iter().copied())
        .collect();
    assert_eq!(
        rooms.keys().copied().collect::<BTreeSet<_>>(),
        known,
        "a new room needs its arrows"
    );
    for (room, allowed) in ARROWS {
        for dependency in rooms[room]["dependencies"].as_array().unwrap() {
            let name = dependency["name"].as_str().unwrap();
            // What only tests use points wherever the tests need.
            if !dependency["kind"].is_null() || !rooms.contains_key(name) {
                continue;
            }
            assert!(allowed.contains(&name), "{room} may not use {name}");
        }
    }
}

#[test]
fn the_domain_does_no_io() {
    let metadata = metadata();
    let domain = packages(&metadata)
        .iter()
        .find(|package| package["name"] == "flowgrid-domain")
        .unwrap();
    for dependency in domain["dependencies"].as_array().unwrap() {
        let name = dependency["name"].as_str().unwrap();
        let optional = dependency["optional"].as_bool().unwrap();
        if dependency["kind"].is_null() && !optional {
            let pure = [
                "cel",
                "chrono",
                "chrono-tz",
                "csv-core",
                "serde",
                "serde_json",
                "thiserror",
            ];
            assert!(pure.contains(&name), "the domain may not use {name}");
        }
    }
}

#[test]
fn licences_are_accepted() {
    let metadata = metadata();
    for package in packages(&metadata) {
        let name = package["name"].as_str().unwrap();
        let licence = package["license"].as_str().unwrap_or("none");
        let accepted = licence.replace('/', " OR ").split(" AND ").all(|all| {
            all.trim_matches(['(', ')', ' '])
                .split(" OR ")
                .any(|one| LICENCES.contains(&one.trim_matches(['(', ')', ' '])))
        });
        assert!(accepted, "{name}: licence {licence}");
    }
}

/// Crates that are there in two versions, each with the reason. The list may only shrink.
const TWICE: &str = include_str!("../two-versions.txt");

#[test]
fn no_crate_is_there_twice_without_a_reason() {
    let metadata = metadata();
    let linked: BTreeSet<&str> = metadata["resolve"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| node["id"].as_str().unwrap())
        .collect();
    let mut versions: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for package in packages(&metadata) {
        if linked.contains(package["id"].as_str().unwrap()) {
            let name = package["name"].as_str().unwrap();
            versions
                .entry(name)
                .or_default()
                .insert(package["version"].as_str().unwrap());
        }
    }
    let twice: BTreeSet<&str> = versions
        .iter()
        .filter(|(_, versions)| versions.len() > 1)
        .map(|(name, _)| *name)
        .collect();
    let accepted: BTreeSet<&str> = TWICE
        .lines()
        .filter(|line| !line.starts_with('#') && !line.trim().is_empty())
        .map(|line| line.split(':').next().unwrap().trim())
        .collect();
    let new: Vec<_> = twice
        .difference(&accepted)
        .map(|name| (name, &versions[*name]))
        .collect();
    assert!(new.is_empty(), "in two versions without a reason: {new:?}");
    let gone: Vec<_> = accepted.difference(&twice).collect();
    assert!(
        gone.is_empty(),
        "no longer in two versions, take off the list: {gone:?}"
    );
}
