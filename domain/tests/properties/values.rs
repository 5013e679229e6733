//! Values of all kinds.

use chrono::{DateTime, Utc};
use flowgrid_domain::Patch;
use flowgrid_domain::values::{
    AreaM2, EmailIndex, FromJson, Frontends, Latitude, Line, Longitude, Plan, Role, Sealed, Slug,
    Text, Timezone, Token,
};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::json;

pub fn line<const MAX: usize>() -> impl Strategy<Value = Line<MAX>> {
    "[a-zäß\"\\\\ ]{1,6}".prop_filter_map("blank", |text| Line::parse(&text).ok())
}

pub fn text<const MAX: usize>() -> impl Strategy<Value = Text<MAX>> {
    "[a-z°\n ]{1,6}".prop_filter_map("blank", |text| Text::parse(&text).ok())
}

pub fn token() -> impl Strategy<Value = Token> {
    select(vec!["school", "townHall", "x_1"]).prop_map(|kind| Token::parse(kind).unwrap())
}

pub fn zone() -> impl Strategy<Value = Timezone> {
    select(vec!["UTC", "Europe/Berlin"]).prop_map(|zone| Timezone::parse(zone).unwrap())
}

pub fn lat() -> impl Strategy<Value = Latitude> {
    (-90.0..=90.0).prop_map(|degrees| Latitude::new(degrees).unwrap())
}

pub fn lon() -> impl Strategy<Value = Longitude> {
    (-180.0..=180.0).prop_map(|degrees| Longitude::new(degrees).unwrap())
}

pub fn area() -> impl Strategy<Value = AreaM2> {
    (1e-3..=1e7).prop_map(|size| AreaM2::new(size).unwrap())
}

pub fn patch<T: Clone + std::fmt::Debug>(
    value: impl Strategy<Value = T>,
) -> impl Strategy<Value = Patch<T>> {
    prop_oneof![
        2 => Just(Patch::Absent),
        1 => Just(Patch::Clear),
        2 => value.prop_map(Patch::Set),
    ]
}

pub fn moment() -> impl Strategy<Value = DateTime<Utc>> {
    // Finer than the log keeps, so that what is cut is cut before the event is made.
    (0..2_000_000_000_i64, 0..1_000_000_000_u32)
        .prop_filter_map("no such moment", |(s, ns)| DateTime::from_timestamp(s, ns))
}

/// Few enough that the same one comes again.
pub fn person() -> impl Strategy<Value = Slug> {
    select(vec!["anna", "ben", "carl"]).prop_map(|id| Slug::parse(id).unwrap())
}

pub fn sealed() -> impl Strategy<Value = Sealed> {
    select(vec!["v1.a", "v1.b", "v1.c"]).prop_map(|text| Sealed::parse(text).unwrap())
}

pub fn email_index() -> impl Strategy<Value = EmailIndex> {
    select(vec!["0a", "0b", "0c"]).prop_map(|two| EmailIndex::parse(&two.repeat(32)).unwrap())
}

pub fn plan() -> impl Strategy<Value = Plan> {
    select(Plan::ALL.to_vec())
}

pub fn role() -> impl Strategy<Value = Role> {
    select(Role::ALL.to_vec())
}

pub fn frontends() -> impl Strategy<Value = Frontends> {
    subsequence(Frontends::KNOWN.to_vec(), 0..3)
        .prop_map(|names| Frontends::from_json(&json!(names)).unwrap())
}

/// A moment of a few weeks, so that what ends in one of them has often ended.
pub fn soon() -> impl Strategy<Value = DateTime<Utc>> {
    (0..40_i64, 0..1_000_000_000_u32).prop_filter_map("no such moment", |(day, ns)| {
        DateTime::from_timestamp(day * 86_400, ns)
    })
}
