//! Bodies that mean harm: read, or refused with a bounded list of reasons; never a panic.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use chrono::{DateTime, Utc};
use flowgrid_domain::alerts::{
    read_alert_change, read_assignee, read_comment, read_note, read_raise, read_snooze,
};
use flowgrid_domain::buildings::{read_change, read_registration};
use flowgrid_domain::integrations::{read_integration, read_integration_change};
use flowgrid_domain::invitations::read_invitation;
use flowgrid_domain::keys::read_api_key;
use flowgrid_domain::memberships::read_role_change;
use flowgrid_domain::organizations::{read_organization_change, read_plan_change};
use flowgrid_domain::values::{Email, Slug, read_time};
use proptest::collection::{hash_map, vec};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Number, Value, json};

/// Names that some body knows, and others.
fn name() -> impl Strategy<Value = String> {
    let known = [
        "id",
        "name",
        "kind",
        "address",
        "lat",
        "lon",
        "area",
        "timezone",
        "revision",
        "status",
        "alertType",
        "severity",
        "type",
        "source",
        "title",
        "message",
        "buildingId",
        "nodeId",
        "assignee",
        "text",
        "until",
        "note",
        "settings",
        "plan",
        "email",
        "role",
        "frontends",
        "scopes",
        "expiresAt",
        "service",
        "baseUrl",
        "testPath",
        "scheme",
        "header",
        "credentials",
    ];
    prop_oneof![9 => select(known.map(str::to_owned).to_vec()), 1 => any::<String>()]
}

fn number() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(|n| Number::from_f64(n).map_or(Value::Null, Value::Number)),
        (-200.0..200.0).prop_map(Value::from),
    ]
}

fn text() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<String>(),
        "[a-z0-9-]{1,70}",
        "\\PC{0,300}",
        select(vec![
            "critical",
            "admin",
            "pro",
            "anna@example.org",
            "Europe/Berlin",
            "townHall",
            "2030-01-01T00:00:00Z",
            "9999-12-31T23:59:60.999999999-23:59",
            "0000-01-01T00:00:00+23:59",
            "a\0b",
            "\u{202e}",
        ])
        .prop_map(str::to_owned),
    ]
    .prop_map(Value::from)
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![2 => text(), 2 => number(), 1 => any::<bool>().prop_map(Value::from), 1 => Just(Value::Null)];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            hash_map(name(), inner, 0..4).prop_map(|fields| json!(fields)),
        ]
    })
}

fn body() -> impl Strategy<Value = Map<String, Value>> {
    hash_map(name(), value(), 0..10).prop_map(|fields| fields.into_iter().collect())
}

fn noon() -> DateTime<Utc> {
    "2026-05-01T12:00:00Z".parse().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn every_body_is_read_or_refused(body in body()) {
        let id = Slug::parse("a-1").unwrap();
        let refused = [
            read_registration(&body).err(),
            read_change(&body).err(),
            read_raise(&body, &id, noon()).err(),
            read_alert_change(&body).err(),
            read_assignee(&body).err(),
            read_comment(&body).err(),
            read_snooze(&body).err(),
            read_note(&body).err(),
            read_organization_change(&body).err(),
            read_plan_change(&body).err(),
            read_invitation(&body).err(),
            read_role_change(&body).err(),
            read_api_key(&body).err(),
            read_integration(&body).err(),
            read_integration_change(&body).err(),
        ];
        for errors in refused.into_iter().flatten() {
            prop_assert!((1..=32).contains(&errors.len()));
            for error in errors {
                prop_assert!(error.pointer.starts_with('/'));
                prop_assert!(error.pointer.chars().count() <= 160, "{}", error.pointer);
            }
        }
    }

    #[test]
    fn what_is_registered_can_be_stored(
        body in hash_map(select(vec!["name", "kind", "address", "lat", "lon", "area", "id"]), value(), 0..7),
    ) {
        let mut body: Map<String, Value> = body.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        body.entry("name").or_insert_with(|| json!("x"));
        let Ok(read) = read_registration(&body) else { return Ok(()) };
        // Postgres keeps no NUL, and nobody should keep the other control characters.
        let name = read.register.name.as_str();
        prop_assert!(!name.is_empty() && name.chars().count() <= 200 && !name.contains(char::is_control));
        for degrees in [read.register.lat.map(|lat| lat.degrees()), read.register.lon.map(|lon| lon.degrees())] {
            prop_assert!(degrees.is_none_or(|degrees| degrees.abs() <= 180.0));
        }
        prop_assert!(read.id.is_none_or(|id| id.as_str().len() <= 63));
    }

    #[test]
    fn a_moment_fits_the_database(text in prop_oneof![any::<String>(), "[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,12})?(Z|[+-][0-9]{2}:[0-9]{2})"]) {
        if let Ok(at) = read_time(&text) {
            prop_assert_eq!(at.timestamp_subsec_nanos() % 1_000, 0);
            prop_assert_eq!(read_time(&at.to_rfc3339()).ok(), Some(at));
        }
    }

    #[test]
    fn an_address_has_one_spelling_and_no_room_for_headers(
        text in prop_oneof![any::<String>(), "\\PC{0,12}@\\PC{0,12}", "[a-zA-ZÄßİΣ.+-]{1,9}@[a-zA-ZÄß.-]{1,9}\\.[a-z]{2}"],
    ) {
        let Ok(email) = Email::parse(&text) else { return Ok(()) };
        prop_assert_eq!(Email::parse(email.as_str()), Ok(email.clone()));
        let hostile = |c: char| c.is_whitespace() || c.is_control() || "<>,;:\"()[]\\".contains(c);
        prop_assert!(!email.as_str().contains(hostile));
        prop_assert_eq!(email.as_str().matches('@').count(), 1);
    }
}
