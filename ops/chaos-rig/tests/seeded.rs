//! A seeded run over every fault, as part of the suite.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::{Path, PathBuf};
use std::process::Command;

/// `flowgrid` beside our own binary, built as it stands: a test doesn't build another package's.
fn flowgrid() -> PathBuf {
    let built = Command::new(env!("CARGO"))
        .args(["build", "--locked", "--quiet", "--package", "flowgrid"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status()
        .unwrap();
    assert!(built.success());
    Path::new(env!("CARGO_BIN_EXE_flowgrid-chaos")).with_file_name("flowgrid")
}

/// Every fault strikes once, which takes longer than the time asked for. The run's folder is kept where a
/// promise was broken, and its seed draws the same faults again.
#[test]
fn every_promise_holds() {
    let run = Command::new(env!("CARGO_BIN_EXE_flowgrid-chaos"))
        .arg("--binary")
        .arg(flowgrid())
        .args(["--minutes", "0.4", "--seed", "20", "--json"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stdout);
    let complained = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{said}\n{complained}");
    let last = said.lines().last().unwrap();
    assert!(last.contains(r#""verdict":"held""#), "{last}");
}
