//! What clients of the WebSocket say, how names are spelled, and traces. These parsers are private
//! to the API and stand alone, so they are taken by their files.
#![no_main]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, dead_code)]

#[path = "../../../api/src/push/incoming.rs"]
mod incoming;
#[path = "../../../api/src/request/spelling.rs"]
mod spelling;
#[path = "../../../api/src/request/trace.rs"]
mod trace;

use libfuzzer_sys::fuzz_target;
use serde_json::value::RawValue;

fuzz_target!(|text: &str| {
    use incoming::Incoming;
    let id = match incoming::Incoming::parse(text) {
        Ok(Incoming::Subscribe { id, .. } | Incoming::Unsubscribe { id }) => Some(id),
        Ok(Incoming::Ping { id }) => id,
        Ok(Incoming::Auth { .. }) => None,
        Err(malformed) => malformed.id,
    };
    if let Some(id) = id {
        assert!(id.len() <= 64);
        assert!(serde_json::from_str::<&RawValue>(id).is_ok());
    }
    let camel = spelling::camel(text);
    assert_eq!(spelling::camel(&camel), camel);
    let snake = spelling::snake(text);
    assert_eq!(spelling::snake(&snake), snake);
    if let Some(parent) = trace::TraceParent::parse(text) {
        assert!(trace::TraceParent::parse(&parent.child("0000000000000001")).is_some());
    }
});
