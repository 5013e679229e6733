//! What clients of the WebSocket say, and what is said back, for any bytes.

use proptest::prelude::*;
use serde_json::Value;
use serde_json::value::RawValue;

use super::channel::Channel;
use super::incoming::Incoming;
use super::outgoing;
use flowgrid_bus::Role;

fn message() -> impl Strategy<Value = String> {
    let id = prop_oneof![
        "-?[0-9]{1,70}(\\.[0-9]{1,3})?([eE][+-]?[0-9]{1,4})?",
        "\"[a-z\\\\\"u0-9]{0,70}\"",
        "[\\[\\]{}\"a-z0-9, :]{0,20}",
        Just("null".to_owned()),
    ];
    let channel = prop_oneof![any::<String>(), channel_name()];
    let kind = proptest::sample::select(vec!["auth", "subscribe", "unsubscribe", "ping", "dance"]);
    let whole = (kind, id, channel, any::<Option<String>>()).prop_map(|(kind, id, channel, after)| {
        let (channel, after) = (Value::from(channel), Value::from(after));
        format!(r#"{{"type":"{kind}","id":{id},"channel":{channel},"after":{after},"token":{channel}}}"#)
    });
    prop_oneof![
        4 => whole,
        1 => any::<String>(),
        1 => "[{}\\[\\]\":,a-z0-9\\\\]{0,60}",
        1 => (0..20_000_usize).prop_map(|deep| format!("{{\"type\":\"ping\",\"id\":{}", "[".repeat(deep))),
    ]
}

fn channel_name() -> impl Strategy<Value = String> {
    prop_oneof![
        "(buildings|alerts|alerts:critical|building:[a-zA-Z0-9-]{0,65})",
        "subject:[a-z*>. \\\\\"]{0,40}",
        "[a-z:]{0,20}",
    ]
}

proptest! {
    #[test]
    fn whatever_is_said_back_is_json(text in message()) {
        let (id, channel) = match Incoming::parse(&text) {
            Ok(Incoming::Subscribe { id, channel, .. }) => (Some(id), channel.into_owned()),
            Ok(Incoming::Unsubscribe { id }) => (Some(id), String::new()),
            Ok(Incoming::Ping { id }) => (id, String::new()),
            Ok(Incoming::Auth { .. }) => (None, String::new()),
            Err(malformed) => (malformed.id, malformed.detail.to_owned()),
        };
        prop_assert!(id.is_none_or(|id| id.len() <= 64));
        let label = outgoing::label(id.unwrap_or("0"), &channel);
        prop_assert!(outgoing::label_has_id(&label, id.unwrap_or("0")));
        for said in [
            outgoing::pong(id),
            outgoing::error(id, "code", &channel),
            outgoing::unsubscribed(&label),
            outgoing::ended(&label, "code", &channel),
        ] {
            prop_assert!(serde_json::from_str::<&RawValue>(&said).is_ok(), "{}", said);
        }
    }

    #[test]
    fn a_channel_is_unknown_or_what_it_says(name in prop_oneof![any::<String>(), channel_name()]) {
        if let Ok(channel) = Channel::named(&name, "anna") {
            prop_assert_eq!(channel.to_string(), name);
            let _ = channel.admit(Role::Viewer);
        }
    }
}
