//! JSON bodies as commands read them: refused with a bounded list, or read.
#![no_main]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use flowgrid_domain::FieldError;
use flowgrid_domain::alerts::{
    read_alert_change, read_assignee, read_comment, read_note, read_raise, read_snooze,
};
use flowgrid_domain::buildings::{read_change, read_registration};
use flowgrid_domain::invitations::read_invitation;
use flowgrid_domain::keys::read_api_key;
use flowgrid_domain::memberships::read_role_change;
use flowgrid_domain::organizations::{read_organization_change, read_plan_change};
use flowgrid_domain::values::{Slug, read_time};
use libfuzzer_sys::fuzz_target;
use serde_json::{Map, Value};

fn bounded<T>(read: Result<T, Vec<FieldError>>) {
    if let Err(errors) = read {
        assert!((1..=32).contains(&errors.len()));
    }
}

fuzz_target!(|bytes: &[u8]| {
    let Ok(body) = serde_json::from_slice::<Map<String, Value>>(bytes) else {
        return;
    };
    let id = Slug::parse("a-1").unwrap();
    let now = read_time("2026-05-01T12:00:00Z").unwrap();
    bounded(read_registration(&body));
    bounded(read_change(&body));
    bounded(read_raise(&body, &id, now));
    bounded(read_alert_change(&body));
    bounded(read_assignee(&body));
    bounded(read_comment(&body));
    bounded(read_snooze(&body));
    bounded(read_note(&body));
    bounded(read_organization_change(&body));
    bounded(read_plan_change(&body));
    bounded(read_invitation(&body));
    bounded(read_role_change(&body));
    bounded(read_api_key(&body));
});
