//! Bodies in every format, whole and in pieces.

use proptest::prelude::*;

use super::*;
use crate::readings::Quality;

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

/// The same body in pieces of a size.
fn read(
    format: Format,
    sensor: Option<&str>,
    body: &[u8],
    size: usize,
) -> Result<Gathered, Refused> {
    let mut intake = Intake::new(format, sensor, now());
    for piece in body.chunks(size.max(1)) {
        if !intake.push(piece) {
            break;
        }
    }
    intake.finish()
}

/// What was read, wherever it stood.
fn said(read: Result<Gathered, Refused>) -> Gathered {
    let mut found = read.unwrap();
    found.rows.iter_mut().for_each(|row| row.line = 0);
    found
}

fn wrong(read: Result<Gathered, Refused>) -> Vec<FieldError> {
    match read {
        Err(Refused::Wrong(errors)) => errors,
        other => panic!("{other:?}"),
    }
}

fn errors(format: Format, body: &str) -> Vec<(String, String)> {
    let errors = wrong(read(format, None, body.as_bytes(), 7));
    errors
        .into_iter()
        .map(|error| (error.pointer, error.detail))
        .collect()
}

fn pointers(format: Format, body: &str) -> Vec<String> {
    errors(format, body)
        .into_iter()
        .map(|(pointer, _)| pointer)
        .collect()
}

const JSON: &str = r#" [ {"sensorId":"a","timestamp":"2026-05-01T00:00:00Z","value":1.5},
    {"sensor_id":"b","time":"2026-05-01T02:00:00+02:00","value":-2,"quality":"estimated"},
    {"sensorId":"a","timestamp":"2026-05-01T00:15:00Z","value":3e2,"quality":null} ] "#;
const NDJSON: &str = concat!(
    r#"{"sensorId":"a","timestamp":"2026-05-01T00:00:00Z","value":1.5}"#,
    "\r\n\n",
    r#"{"sensorId":"b","timestamp":"2026-05-01T00:00:00Z","value":-2,"quality":"estimated"}"#,
    "\n",
    r#"{"sensorId":"a","timestamp":"2026-05-01T00:15:00Z","value":300}"#,
);
const CSV: &str = "sensorId,timestamp,value,quality\r\na,2026-05-01T00:00:00Z,1.5,\r\n\
    \"b\",2026-05-01T00:00:00Z,-2,estimated\r\na,2026-05-01T00:15:00Z,300,measured";
const SEMICOLONS: &str = "\u{feff}Time; Value ;Sensor;Quality\n2026-05-01T00:00:00Z;1,5;a;\n\
    2026-05-01T00:00:00Z;-2;b;estimated\n2026-05-01T00:15:00Z;300,0;a;\n\n";

#[test]
fn every_format_says_the_same() {
    let expected = read(Format::Json, None, JSON.as_bytes(), 10_000).unwrap();
    assert_eq!(expected.sensors, ["a", "b"]);
    let second = expected.rows[1];
    assert_eq!((second.sensor, second.reading.value), (1, -2.0));
    assert_eq!(second.reading.quality, Quality::Estimated);
    for size in [1, 2, 3, 10, 64, 10_000] {
        for (format, body) in [
            (Format::Json, JSON),
            (Format::Ndjson, NDJSON),
            (Format::Csv, CSV),
            (Format::Csv, SEMICOLONS),
        ] {
            let found = said(read(format, None, body.as_bytes(), size));
            assert_eq!(found, expected, "{format:?} in pieces of {size}");
        }
    }
}

#[test]
fn one_object_is_one_reading_and_the_path_may_name_its_sensor() {
    let one = br#"{"timestamp":"2026-05-01T00:00:00Z","value":1}"#;
    let found = read(Format::Json, Some("a"), one, 5).unwrap();
    assert_eq!((found.sensors.len(), found.rows.len()), (1, 1));
    let csv = b"timestamp,value\n2026-05-01T00:00:00Z,1\n";
    assert_eq!(said(read(Format::Csv, Some("a"), csv, 5)), found);
    let other = br#"[{"sensorId":"b","timestamp":"2026-05-01T00:00:00Z","value":1}]"#;
    let wrong = wrong(read(Format::Json, Some("a"), other, 5));
    assert_eq!(wrong[0].pointer, "/0/sensorId");
}

#[test]
fn what_is_wrong_is_named_by_element_and_field() {
    let body = r#"[{"sensorId":"a","timestamp":"2026-05-01T00:00:00Z","value":1},
        {"sensorId":"A!","timestamp":"yesterday","value":1},
        {"timestamp":7,"value":"1","colour":2},
        {"sensorId":"a","timestamp":"2126-05-01T00:00:00Z","value":1,"quality":"corrected"},
        {"sensorId":"a","timestamp":"2026-05-01T00:00:00Z","value":1,"value":2},
        7"#;
    let expected = [
        "/1/timestamp",
        "/1/sensorId",
        "/2/colour",
        "/2/timestamp",
        "/2/value",
        "/3/quality",
        "/4",
        "/5",
    ];
    assert_eq!(pointers(Format::Json, body), expected);
    let csv = "sensorId,timestamp,value\na,2026-05-01T00:00:00Z,x\na,b\nA,2026-05-01T00:00:00Z,1\n";
    let wrong = errors(Format::Csv, csv);
    assert_eq!(
        wrong[0],
        (
            "/0/value".to_owned(),
            "line 2: must be a finite number".to_owned()
        )
    );
    assert_eq!(wrong[1].1, "line 3: has 2 fields, not 3");
    assert_eq!(wrong[2].0, "/2/sensorId");
    let gaps = "timestamp,value\r\n\r\n\"1\n2\",x\r\n\n3,y";
    let lines = errors(Format::Csv, gaps).into_iter().map(|(_, text)| text);
    let lines: Vec<String> = lines.map(|text| text[..7].to_owned()).collect();
    assert_eq!(lines, ["line 4:", "line 6:"]);
    let lines = "{\"value\":1}\n\n[]\n";
    let wrong = errors(Format::Ndjson, lines);
    assert_eq!(wrong[0].1, "line 1: is required");
    assert_eq!(
        wrong[1],
        ("/1".to_owned(), "line 3: must be an object".to_owned())
    );
}

#[test]
fn bodies_that_break_off_or_go_on_are_refused() {
    let sound = r#"{"sensorId":"a","timestamp":"2026-05-01T00:00:00Z","value":1}"#;
    for body in [
        String::new(),
        "[".to_owned(),
        format!("[{sound}"),
        format!("[{sound},]"),
        format!("[{sound}]]"),
        format!("[{sound} {sound}]"),
        format!("{sound},{sound}"),
        "[]".to_owned(),
        "nonsense".to_owned(),
        "[1]".to_owned(),
    ] {
        assert!(
            read(Format::Json, None, body.as_bytes(), 3).is_err(),
            "{body}"
        );
    }
    for body in [
        "",
        "\n",
        "timestamp,value\n",
        "sensorId,value\na,1\n",
        "a,b,c\n1,2,3\n",
    ] {
        assert!(
            read(Format::Csv, None, body.as_bytes(), 3).is_err(),
            "{body}"
        );
    }
    assert!(read(Format::Csv, None, b"sensorId,timestamp,value,value\n", 3).is_err());
}

#[test]
fn nothing_grows_without_a_bound() {
    let one = r#"{"sensorId":"a","timestamp":"2026-05-01T00:00:00Z","value":1},"#;
    let many = format!("[{}", one.repeat(MOST_READINGS + 1));
    let refused = read(Format::Json, None, many.as_bytes(), 65_536);
    assert_eq!(refused, Err(Refused::TooMany));
    let bad = format!("[{}", r#"{"value":"x"},"#.repeat(1_000));
    assert_eq!(
        wrong(read(Format::Json, None, bad.as_bytes(), 65_536)).len(),
        MOST_ERRORS
    );
    let long = format!(r#"[{{"sensorId":"{}"#, "a".repeat(10_000));
    for format in [Format::Json, Format::Ndjson, Format::Csv] {
        let wrong = wrong(read(format, None, long.as_bytes(), 1_000));
        assert!(
            wrong
                .iter()
                .any(|error| error.detail.contains("longer than")),
            "{wrong:?}"
        );
    }
    let line = format!("sensorId,timestamp,value\n{}", "a".repeat(10_000));
    assert!(read(Format::Csv, None, line.as_bytes(), 1_000).is_err());
}

proptest! {
    #[test]
    fn no_body_panics_and_pieces_make_no_difference(
        body in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..300),
            r#"[\[\]{}",:;\\ \nsensorIdtimvalue0-9.eTZ-]{0,200}"#.prop_map(String::into_bytes),
            Just(JSON.as_bytes().to_vec()), Just(CSV.as_bytes().to_vec()), Just(SEMICOLONS.as_bytes().to_vec()),
        ],
        cut in 0..400_usize,
        changed in any::<(prop::sample::Index, u8)>(),
        size in 1..50_usize,
    ) {
        let mut body = body;
        body.truncate(cut.max(1));
        if !body.is_empty() {
            let at = changed.0.index(body.len());
            body[at] = changed.1;
        }
        for format in [Format::Json, Format::Ndjson, Format::Csv] {
            let whole = read(format, None, &body, 10_000);
            prop_assert_eq!(&read(format, None, &body, size), &whole);
            if let Ok(found) = whole {
                prop_assert!(!found.rows.is_empty());
                prop_assert!(found.rows.iter().all(|row| !found.sensor_of(row).is_empty()));
            }
        }
    }
}
