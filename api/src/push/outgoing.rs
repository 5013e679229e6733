//! What the server says, as JSON text.

use chrono::SecondsFormat;
use flowgrid_bus::{Epoch, Position, RecordedEvent};

/// What every message about one subscription has in common: `"id":1,"channel":"buildings"`.
pub fn label(id: &str, channel: &str) -> String {
    let mut text = String::with_capacity(16 + id.len() + channel.len());
    text.push_str("\"id\":");
    text.push_str(id);
    text.push_str(",\"channel\":");
    push_json(&mut text, channel);
    text
}

/// Whether a label is that of the subscription `id`.
pub fn label_has_id(label: &str, id: &str) -> bool {
    let rest = label
        .strip_prefix("\"id\":")
        .and_then(|l| l.strip_prefix(id));
    rest.is_some_and(|rest| rest.starts_with(",\"channel\":"))
}

pub fn subscribed(label: &str, position: Position, recovered: Option<bool>) -> String {
    let recovered = match recovered {
        Some(true) => ",\"recovered\":true",
        Some(false) => ",\"recovered\":false",
        None => "",
    };
    format!("{{\"type\":\"subscribed\",{label},\"position\":\"{position}\"{recovered}}}")
}

pub fn unsubscribed(label: &str) -> String {
    format!("{{\"type\":\"unsubscribed\",{label}}}")
}

pub fn lagged(label: &str, resume: Position) -> String {
    format!("{{\"type\":\"lagged\",{label},\"resume\":\"{resume}\"}}")
}

/// Where a subscription stands when the server goes away: a quiet channel's last event may be long ago.
pub fn standing(label: &str, position: Position) -> String {
    format!("{{\"type\":\"position\",{label},\"position\":\"{position}\"}}")
}

/// The last word of a server that goes away: when to come back, drawn for this client alone.
pub fn going_away(wait_ms: u32) -> String {
    format!("{{\"type\":\"going-away\",\"waitMs\":{wait_ms}}}")
}

/// `expires` in seconds since 1970.
pub fn authenticated(expires: i64) -> String {
    format!("{{\"type\":\"authenticated\",\"exp\":{expires}}}")
}

pub fn pong(id: Option<&str>) -> String {
    match id {
        Some(id) => format!("{{\"type\":\"pong\",\"id\":{id}}}"),
        None => "{\"type\":\"pong\"}".to_owned(),
    }
}

/// An error that ends the subscription.
pub fn ended(label: &str, code: &str, detail: &str) -> String {
    let mut text = format!("{{\"type\":\"error\",{label},\"ended\":true,\"code\":");
    push_json(&mut text, code);
    text.push_str(",\"detail\":");
    push_json(&mut text, detail);
    text.push('}');
    text
}

pub fn error(id: Option<&str>, code: &str, detail: &str) -> String {
    let mut text = String::from("{\"type\":\"error\",");
    if let Some(id) = id {
        text.push_str("\"id\":");
        text.push_str(id);
        text.push(',');
    }
    text.push_str("\"code\":");
    push_json(&mut text, code);
    text.push_str(",\"detail\":");
    push_json(&mut text, detail);
    text.push('}');
    text
}

/// The end of an event's message, the same for every subscriber: from its name on.
pub fn event_tail(event: &RecordedEvent, epoch: Epoch) -> String {
    let mut text = String::with_capacity(220 + event.payload.len());
    text.push_str(",\"event\":");
    push_json(&mut text, &event.event_type);
    text.push_str(",\"position\":\"");
    text.push_str(&event.token(epoch).to_string());
    text.push_str("\",\"aggregateType\":");
    push_json(&mut text, &event.aggregate_type);
    text.push_str(",\"aggregateId\":");
    push_json(&mut text, event.local_id());
    text.push_str(",\"revision\":");
    text.push_str(&event.sequence.to_string());
    text.push_str(",\"at\":\"");
    let at = event.recorded_at;
    text.push_str(&at.to_rfc3339_opts(SecondsFormat::Micros, true));
    text.push_str("\",\"data\":");
    let payload = event.payload_str();
    text.push_str(if payload.is_empty() { "null" } else { payload });
    text.push('}');
    text
}

/// An event's whole message to one subscription.
pub fn event(label: &str, tail: &str) -> String {
    let mut text = String::with_capacity(16 + label.len() + tail.len());
    text.push_str("{\"type\":\"event\",");
    text.push_str(label);
    text.push_str(tail);
    text
}

/// What has come of events up to a position, to one subscription; `data` is JSON.
pub fn state(label: &str, name: &str, position: Position, data: &str) -> String {
    format!(
        "{{\"type\":\"event\",{label},\"event\":\"{name}\",\"position\":\"{position}\",\"data\":{data}}}"
    )
}

/// Appends `value` as a JSON string.
fn push_json(text: &mut String, value: &str) {
    let plain = |b: u8| b >= 0x20 && b != b'"' && b != b'\\';
    if value.bytes().all(plain) {
        text.push('"');
        text.push_str(value);
        text.push('"');
    } else {
        text.push_str(&serde_json::Value::from(value).to_string());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flowgrid_bus::LogId;
    use serde_json::{Value, json};

    fn read(text: &str) -> Value {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn an_event_reads_as_the_contract_has_it() {
        let event = RecordedEvent {
            log: LogId(1),
            position: 1301,
            event_id: uuid::Uuid::nil(),
            tenant_id: uuid::Uuid::nil(),
            aggregate_type: "building".into(),
            aggregate_id: "acme/rathaus".into(),
            sequence: 3,
            event_type: "building.changed".into(),
            event_version: "1.0".into(),
            payload: r#"{"name":"Rathaus \"neu\""}"#.into(),
            metadata: "{}".into(),
            recorded_at: chrono::DateTime::UNIX_EPOCH,
        };
        let tail = event_tail(&event, Epoch(0x7f3a_91c2));
        let text = super::event(&label("1", "subject:a\"b"), &tail);
        assert_eq!(
            read(&text),
            json!({"type": "event", "id": 1, "channel": "subject:a\"b", "event": "building.changed",
                "position": "1-7f3a91c2-1301", "aggregateType": "building", "aggregateId": "rathaus",
                "revision": 3, "at": "1970-01-01T00:00:00.000000Z", "data": {"name": "Rathaus \"neu\""}})
        );
    }

    #[test]
    fn answers_are_json() {
        let label = label("\"a\"", "alerts");
        let at: Position = "1-7f3a91c2-5".parse().unwrap();
        for (text, kind) in [
            (subscribed(&label, at, Some(true)), "subscribed"),
            (unsubscribed(&label), "unsubscribed"),
            (lagged(&label, at), "lagged"),
            (standing(&label, at), "position"),
            (state(&label, "energy:update", at, "{}"), "event"),
            (going_away(1_250), "going-away"),
            (ended(&label, "forbidden", "x"), "error"),
            (authenticated(5), "authenticated"),
            (pong(Some("1")), "pong"),
            (error(Some("1"), "forbidden", "a \"b\"\n"), "error"),
            (error(None, "forbidden", ""), "error"),
        ] {
            assert_eq!(read(&text)["type"], kind, "{text}");
        }
        assert!(label_has_id(&label, "\"a\""));
        assert!(!label_has_id(&label, "1"));
    }
}
