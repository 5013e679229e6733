//! What strangers write is read as it is meant, or refused; nothing else happens.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use flowgrid_bus::{Epoch, LogId, Pattern, Position, Tenant};
use proptest::collection::vec;
use proptest::prelude::*;

/// Texts that are nearly tokens.
fn nearly_a_position() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[0-9a-f+ -]{0,40}",
        "[0-9]{1,6}-[0-9a-fA-F]{7,9}-[0-9]{1,21}",
    ]
}

fn token() -> impl Strategy<Value = String> {
    prop_oneof![4 => "[ab]{1,2}", 2 => Just("*".to_owned()), 1 => Just(">".to_owned())]
}

/// Subject matching as the NATS protocol describes it, token by token from the left.
fn matches(pattern: &[&str], subject: &[&str]) -> bool {
    match (pattern, subject) {
        ([], []) => true,
        ([">"], [_, ..]) => true,
        ([want, pattern @ ..], [have, subject @ ..]) => {
            (*want == "*" || want == have) && matches(pattern, subject)
        }
        _ => false,
    }
}

proptest! {
    #[test]
    fn a_position_is_read_as_it_is_written(log in 0..=i16::MAX, epoch: u32, n in 0..=i64::MAX as u64) {
        let position = Position { log: LogId(log), epoch: Epoch(epoch), n };
        prop_assert_eq!(position.to_string().parse(), Ok(position));
        let json = serde_json::to_string(&position).unwrap();
        prop_assert_eq!(serde_json::from_str::<Position>(&json).unwrap(), position);
    }

    #[test]
    fn what_is_read_as_a_position_fits_the_database(text in nearly_a_position()) {
        if let Ok(position) = text.parse::<Position>() {
            prop_assert!(position.log.0 >= 0);
            prop_assert!(i64::try_from(position.n).is_ok());
            prop_assert_eq!(position.to_string().parse(), Ok(position));
        }
    }

    #[test]
    fn a_pattern_is_refused_or_kept_as_it_came(text in prop_oneof![any::<String>(), "[a*>. \n]{0,12}"]) {
        let Ok(pattern) = text.parse::<Pattern>() else { return Ok(()) };
        prop_assert_eq!(pattern.as_str(), &text);
        prop_assert!(text.len() <= 256);
        let tokens: Vec<&str> = text.split('.').collect();
        for (at, token) in tokens.iter().enumerate() {
            prop_assert!(!token.is_empty());
            prop_assert!(!token.contains(['\0', '\n', '\r', ' ', '\t']));
            prop_assert!(!token.contains('*') || *token == "*");
            prop_assert!(!token.contains('>') || (*token == ">" && at + 1 == tokens.len()));
        }
    }

    #[test]
    fn a_pattern_matches_what_it_would_in_nats(
        pattern in vec(token(), 1..6),
        kind in "[ab]{1,2}", id in "[ab]{1,2}", event in "[ab]{1,2}(\\.[ab]{1,2})?",
    ) {
        let text = pattern.join(".");
        let Ok(pattern) = text.parse::<Pattern>() else { return Ok(()) };
        let subject = format!("{kind}.{id}.{event}");
        let (want, have): (Vec<_>, Vec<_>) = (text.split('.').collect(), subject.split('.').collect());
        prop_assert_eq!(pattern.matches(&kind, &id, &event), matches(&want, &have), "{} {}", text, subject);
    }

    #[test]
    fn an_organization_never_leaves_its_subject(text in prop_oneof![any::<String>(), "[a-z0-9./*> -]{0,70}"]) {
        if let Ok(tenant) = Tenant::from_slug(&text) {
            prop_assert!(!tenant.slug().is_empty() && tenant.slug().len() <= 63);
            prop_assert!(!tenant.slug().contains(['.', '/', '*', '>', ' ']));
        }
    }
}
