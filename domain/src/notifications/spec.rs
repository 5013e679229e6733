//! Given a notification's past, when a command comes, then this happens.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::*;
use crate::values::{Line, Token};
use crate::{Decider, Rejection, Shown};

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000 + second, 0).unwrap()
}

fn send() -> Send {
    Send {
        user_id: Line::parse("anna").unwrap(),
        kind: Token::parse("alert").unwrap(),
        title: Line::parse("Transformer overloaded").unwrap(),
        message: None,
        data: json!({"alertId": "a-1"}).as_object().cloned(),
    }
}

fn sent() -> NotificationEvent {
    NotificationEvent::Sent((&send()).into())
}

fn read(second: i64) -> NotificationEvent {
    NotificationEvent::Read(Read {
        user_id: "anna".into(),
        at: at(second),
    })
}

fn after(past: &[NotificationEvent]) -> Notification {
    let mut state = Notification::default();
    past.iter().for_each(|event| state.evolve(event));
    state
}

#[test]
fn it_is_sent_once() {
    let command = NotificationCommand::Send(send());
    assert_eq!(after(&[]).decide(&command), Ok(vec![sent()]));
    let again = after(&[sent()]).decide(&command);
    assert!(matches!(again, Err(Rejection::AlreadyExists { .. })));
}

#[test]
fn it_is_read_once_and_stays_read() {
    let command = NotificationCommand::MarkRead { at: at(9) };
    assert_eq!(after(&[]).decide(&command), Err(Rejection::NotFound));
    assert_eq!(after(&[sent()]).decide(&command), Ok(vec![read(9)]));
    assert_eq!(after(&[sent(), read(1)]).decide(&command), Ok(vec![]));
    let shown = after(&[sent(), read(1)]);
    let shown = shown.resource("n", at(0), at(1), 2).unwrap();
    assert_eq!((shown.read, shown.read_at), (true, Some(at(1))));
}

#[test]
fn what_it_carries_is_bounded() {
    let mut large = send();
    large.data = json!({"text": "x".repeat(LARGEST_DATA)})
        .as_object()
        .cloned();
    let refused = after(&[]).decide(&NotificationCommand::Send(large));
    assert!(matches!(refused, Err(Rejection::Invalid(errors)) if errors[0].pointer == "/data"));
}
