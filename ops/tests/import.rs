//! `flowgrid import readings` against a running server.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::io::Write;
use std::path::Path;

use common::{Process, get, post, post_building, state_folder};
use flate2::Compression;
use flate2::write::GzEncoder;

/// What the tool printed, and whether it succeeded.
fn import(state: &Path, file: &Path, options: &[&str]) -> (bool, String) {
    let mut arguments = vec!["import", "readings", file.to_str().unwrap()];
    arguments.extend(options);
    let output = common::run(&arguments, &[("FLOWGRID_STATE", state.to_str().unwrap())]);
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(text).unwrap())
}

/// Readings as people's spreadsheets have them, an hour apart.
fn spreadsheet(rows: usize) -> String {
    let mut text = "Zähler;Zeit;Stand\r\n".to_owned();
    for n in 0..rows {
        let (day, hour) = (1 + n / 24, n % 24);
        text += &format!("main;{day:02}.01.2026 {hour:02}:00;{n},5\r\n");
    }
    text
}

/// How many readings the log holds.
fn recorded(address: &str, token: &str) -> usize {
    let path = "/api/v1/events?log=telemetry&limit=500";
    let events: serde_json::Value =
        serde_json::from_str(&get(address, token, path, None).body).unwrap();
    let events = events["data"].as_array().unwrap();
    let series = events
        .iter()
        .flat_map(|event| event["data"]["series"].as_array().unwrap());
    series
        .map(|series| series["points"].as_array().unwrap().len())
        .sum()
}

#[test]
fn a_spreadsheet_is_imported_once_however_often_it_is_sent() {
    let state = state_folder();
    let mut process = Process::start(
        &["up", "--org", "acme"],
        &[
            ("FLOWGRID_STATE", state.path().to_str().unwrap()),
            ("PORT", "0"),
        ],
    );
    let address = process.stdout_word("Flowgrid runs at ");
    let token = process.stdout_word("token (manager)  ");
    process.stdout_word("Stop with ");
    assert_eq!(post_building(&address, &token, "rathaus").status, 201);
    let meter = r#"{"id":"main","name":"Main","buildingId":"rathaus","kind":"electricity",
        "unit":"kWh","mode":"cumulative","periodSeconds":3600}"#;
    let made = post(&address, &token, "/api/v1/citypulse/sensors", meter);
    assert_eq!(made.status, 201, "{}", made.body);

    let file = state.path().join("meter.csv");
    std::fs::write(&file, spreadsheet(500)).unwrap();
    let columns = [
        "--sensor-column",
        "Zähler",
        "--time-column",
        "zeit",
        "--value-column",
        "Stand",
    ];
    let (done, text) = import(state.path(), &file, &columns);
    assert!(!done && text.contains("give --timezone"), "{text}");
    let all = [
        &columns[..],
        &["--timezone", "Europe/Berlin", "--rows", "200"],
    ]
    .concat();
    let (done, text) = import(state.path(), &file, &[&all[..], &["--dry-run"]].concat());
    assert!(
        done && text.contains("500 readings would be accepted"),
        "{text}"
    );
    assert_eq!(recorded(&address, &token), 0);
    for _ in 0..2 {
        let (done, text) = import(state.path(), &file, &all);
        assert!(done && text.contains("500 readings accepted"), "{text}");
        assert_eq!(recorded(&address, &token), 500);
    }

    // Packed, with something wrong behind the first piece: what comes before it is there.
    let mut wrong = spreadsheet(700).replace(";650,5", ";x");
    wrong = wrong.replace("main;30.01.2026 00:00", "ghost;30.01.2026 00:00");
    let packed = state.path().join("meter.csv.gz");
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(wrong.as_bytes()).unwrap();
    std::fs::write(&packed, encoder.finish().unwrap()).unwrap();
    let (done, text) = import(state.path(), &packed, &all);
    assert!(
        !done && text.contains("line 652: \"x\" is no number"),
        "{text}"
    );
    // The third piece is longer than before: half of it was there, which is for read models to see.
    assert_eq!(recorded(&address, &token), 700);
    let plain = wrong.replace(";x", ";1");
    std::fs::write(&file, plain).unwrap();
    let (done, text) = import(state.path(), &file, &all);
    assert!(
        !done && text.contains("line 698: sensorId names no sensor"),
        "{text}"
    );
    assert!(text.contains("600 readings before were imported"), "{text}");
    assert_eq!(recorded(&address, &token), 700);
    let (done, text) = import(state.path(), &file, &["--sensor", "ghost"]);
    assert!(!done && text.contains("which column holds"), "{text}");
}
