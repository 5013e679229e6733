//! Hashes of events, texts and rows.

use flowgrid_bus::RecordedEvent;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::Hash;

/// Of every field of an event, so that log and stream can be compared without their payloads.
pub(crate) fn of_event(event: &RecordedEvent) -> Hash {
    let mut hash = Sha256::new();
    let mut field = |bytes: &[u8]| {
        // Its length first, or two fields could trade bytes.
        hash.update((bytes.len() as u64).to_be_bytes());
        hash.update(bytes);
    };
    field(&event.position.to_be_bytes());
    field(event.event_id.as_bytes());
    field(event.tenant_id.as_bytes());
    field(event.aggregate_type.as_bytes());
    field(event.aggregate_id.as_bytes());
    field(&event.sequence.to_be_bytes());
    field(event.event_type.as_bytes());
    field(event.event_version.as_bytes());
    field(&event.payload);
    field(event.metadata.as_bytes());
    field(&event.recorded_at.timestamp_micros().to_be_bytes());
    first_half(hash)
}

/// Of a text; 64 bits, for there are many of them.
pub(crate) fn of_text(text: &str) -> u64 {
    (first_half(Sha256::new_with_prefix(text)) >> 64) as u64
}

/// Of a row's columns, whichever way their values were written: numbers as floats, times as
/// microseconds.
pub(crate) fn of_row(row: &Map<String, Value>) -> Hash {
    let mut columns: Vec<(&String, &Value)> = row.iter().collect();
    columns.sort_by_key(|(name, _)| *name);
    let mut hash = Sha256::new();
    for (name, value) in columns {
        let text = match value {
            Value::Number(number) => number.as_f64().unwrap_or(f64::NAN).to_string(),
            Value::String(text) if is_time(name) => micros(text),
            other => other.to_string(),
        };
        hash.update(format!("{name}={text}\n"));
    }
    first_half(hash)
}

fn is_time(column: &str) -> bool {
    column.ends_with("_at") || column.ends_with("_until")
}

/// What isn't a time stays as it is, and differs.
fn micros(text: &str) -> String {
    chrono::DateTime::parse_from_rfc3339(text).map_or_else(
        |_| text.to_owned(),
        |time| time.timestamp_micros().to_string(),
    )
}

fn first_half(hash: Sha256) -> Hash {
    let mut half = [0; 16];
    half.iter_mut()
        .zip(hash.finalize())
        .for_each(|(to, from)| *to = from);
    Hash::from_be_bytes(half)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn hash(row: &Value) -> Hash {
        of_row(row.as_object().unwrap())
    }

    #[test]
    fn a_row_is_the_same_however_it_is_written() {
        let ours = json!({"area": 4200.0, "created_at": "2026-11-20T10:00:00.500Z", "name": "a"});
        let theirs =
            json!({"name": "a", "area": 4200, "created_at": "2026-11-20T10:00:00.5+00:00"});
        assert_eq!(hash(&ours), hash(&theirs));
    }

    #[test]
    fn any_column_makes_a_difference() {
        let row = json!({"area": 1, "created_at": "2026-11-20T10:00:00Z", "name": null});
        for (column, value) in [
            ("area", json!(1.5)),
            ("created_at", json!("2026-11-20T10:00:00.000001Z")),
            ("name", json!("null")),
            ("more", json!(null)),
        ] {
            let mut other = row.clone();
            other[column] = value;
            assert_ne!(hash(&row), hash(&other), "{column}");
        }
    }
}
