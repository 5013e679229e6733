//! The command line, on the recording itself.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output};

use flowgrid_stack::Stack;

/// Nothing is wrong with the recording, until somebody was told what isn't so.
pub fn judges_as_well(recording: &Path, stack: &Stack) {
    let kept = run(recording, stack);
    assert_eq!(kept.status.code(), Some(0), "{kept:?}");
    let text = String::from_utf8(kept.stdout).unwrap();
    assert!(text.contains("every promise was kept"), "{text}");
    assert!(!text.contains("BROKEN"), "{text}");

    let path = recording.join("client-liar.ndjson");
    let mut lies = std::fs::File::create_new(&path).unwrap();
    lies.write_all(
        br#"{"t":1,"what":"sending","n":1,"mark":"liar-1","org":"acme","type":"building","id":"castle","action":"register"}
{"t":2,"what":"acknowledged","n":1,"position":"1-00000000-1","revision":1,"id":"castle"}
"#,
    )
    .unwrap();
    let broken = run(recording, stack);
    std::fs::remove_file(path).unwrap();
    assert_eq!(broken.status.code(), Some(1), "{broken:?}");
    let text = String::from_utf8(broken.stdout).unwrap();
    assert!(text.contains("acknowledged  BROKEN"), "{text}");
    assert!(text.contains("liar-1"), "{text}");

    let nowhere = run(&recording.join("nowhere"), stack);
    assert_eq!(nowhere.status.code(), Some(2), "{nowhere:?}");
}

fn run(recording: &Path, stack: &Stack) -> Output {
    Command::new(env!("CARGO_BIN_EXE_flowgrid-history"))
        .arg("check")
        .arg(recording)
        .env("DATABASE_URL", stack.database_url().unwrap())
        .env("NATS_URL", stack.nats_url().unwrap())
        .output()
        .unwrap()
}
