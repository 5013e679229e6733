//! Calendar buckets in every zone there is.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::{TZ_VARIANTS, Tz};
use flowgrid_analysis::buckets::{Bucket, BucketSize};
use proptest::prelude::*;

fn at(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

fn zone(name: &str) -> Tz {
    name.parse().unwrap()
}

fn bucket(size: BucketSize, instant: &str, name: &str) -> Bucket {
    size.bucket(at(instant), zone(name))
}

/// The bucket's bounds as its zone's clocks show them.
fn shown(bucket: Bucket, name: &str) -> (String, String) {
    let show = |at: DateTime<Utc>| at.with_timezone(&zone(name)).to_rfc3339();
    (show(bucket.start), show(bucket.end))
}

fn hours(bucket: Bucket) -> i64 {
    bucket.length().num_hours()
}

mod daylight_saving {
    use super::*;

    #[test]
    fn an_hour_that_comes_twice_is_two_hours() {
        let summer = bucket(BucketSize::Hour, "2026-10-25T00:30:00Z", "Europe/Berlin");
        let winter = bucket(BucketSize::Hour, "2026-10-25T01:30:00Z", "Europe/Berlin");
        assert_eq!(summer.end, winter.start);
        assert_eq!(
            shown(summer, "Europe/Berlin").0,
            "2026-10-25T02:00:00+02:00"
        );
        assert_eq!(
            shown(winter, "Europe/Berlin").0,
            "2026-10-25T02:00:00+01:00"
        );
        assert_eq!((hours(summer), hours(winter)), (1, 1));
    }

    #[test]
    fn an_hour_that_is_skipped_does_not_exist() {
        let before = bucket(BucketSize::Hour, "2026-03-29T00:30:00Z", "Europe/Berlin");
        let after = BucketSize::Hour.next(before, zone("Europe/Berlin"));
        assert_eq!(
            shown(before, "Europe/Berlin").0,
            "2026-03-29T01:00:00+01:00"
        );
        assert_eq!(shown(after, "Europe/Berlin").0, "2026-03-29T03:00:00+02:00");
        assert_eq!((hours(before), hours(after)), (1, 1));
    }

    #[test]
    fn days_have_23_and_25_hours() {
        let spring = bucket(BucketSize::Day, "2026-03-29T12:00:00Z", "Europe/Berlin");
        let autumn = bucket(BucketSize::Day, "2026-10-25T12:00:00Z", "Europe/Berlin");
        assert_eq!((hours(spring), hours(autumn)), (23, 25));
        let count = |day: Bucket| {
            let berlin = zone("Europe/Berlin");
            BucketSize::Hour.buckets(day.start, day.end, berlin).count()
        };
        assert_eq!((count(spring), count(autumn)), (23, 25));
    }

    #[test]
    fn weeks_are_an_hour_shorter_and_longer() {
        let spring = bucket(BucketSize::Week, "2026-03-27T12:00:00Z", "Europe/Berlin");
        let autumn = bucket(BucketSize::Week, "2026-10-21T12:00:00Z", "Europe/Berlin");
        assert_eq!((hours(spring), hours(autumn)), (7 * 24 - 1, 7 * 24 + 1));
        assert_eq!(
            shown(spring, "Europe/Berlin"),
            (
                "2026-03-23T00:00:00+01:00".to_owned(),
                "2026-03-30T00:00:00+02:00".to_owned()
            )
        );
    }

    #[test]
    fn months_are_an_hour_shorter_and_longer() {
        let march = bucket(BucketSize::Month, "2026-03-31T21:59:59Z", "Europe/Berlin");
        let october = bucket(BucketSize::Month, "2026-10-01T00:00:00Z", "Europe/Berlin");
        assert_eq!((hours(march), hours(october)), (31 * 24 - 1, 31 * 24 + 1));
        assert_eq!(march.end, at("2026-03-31T22:00:00Z"));
    }
}

mod odd_zones {
    use super::*;

    #[test]
    fn where_midnight_is_skipped_the_day_begins_at_one() {
        for (name, noon) in [
            ("America/Havana", "2026-03-08T17:00:00Z"),
            ("Asia/Beirut", "2026-03-29T09:00:00Z"),
        ] {
            let day = bucket(BucketSize::Day, noon, name);
            assert!(shown(day, name).0.contains("T01:00:00"), "{name}");
            assert_eq!(hours(day), 23, "{name}");
            let hour = bucket(BucketSize::Hour, &day.start.to_rfc3339(), name);
            assert_eq!(hour.start, day.start, "{name}");
        }
    }

    #[test]
    fn where_midnight_comes_twice_the_day_begins_with_the_first() {
        let day = bucket(BucketSize::Day, "2026-11-01T17:00:00Z", "America/Havana");
        assert_eq!(shown(day, "America/Havana").0, "2026-11-01T00:00:00-04:00");
        assert_eq!(hours(day), 25);
    }

    #[test]
    fn where_clocks_go_back_to_the_day_before_that_day_is_longer() {
        let day = bucket(BucketSize::Day, "2026-10-24T12:00:00Z", "Asia/Beirut");
        assert_eq!(hours(day), 25);
        assert_eq!(shown(day, "Asia/Beirut").1, "2026-10-25T00:00:00+02:00");
    }

    #[test]
    fn clocks_that_change_by_half_an_hour_cut_an_hour() {
        let name = "Australia/Lord_Howe";
        let autumn = bucket(BucketSize::Day, "2026-04-04T20:00:00Z", name);
        assert_eq!(autumn.length(), TimeDelta::minutes(24 * 60 + 30));
        let half = bucket(BucketSize::Hour, "2026-04-04T15:15:00Z", name);
        assert_eq!(half.length(), TimeDelta::minutes(30));
        assert_eq!(shown(half, name).0, "2026-04-05T01:30:00+10:30");
        let spring = bucket(BucketSize::Hour, "2026-10-03T15:45:00Z", name);
        assert_eq!(spring.length(), TimeDelta::minutes(30));
        assert_eq!(shown(spring, name).0, "2026-10-04T02:30:00+11:00");
    }

    #[test]
    fn hours_begin_as_the_clocks_show_them_not_as_utc_does() {
        for (name, start) in [
            ("Asia/Kolkata", "2026-05-01T11:30:00+00:00"),
            ("Asia/Kathmandu", "2026-05-01T11:15:00+00:00"),
        ] {
            let hour = bucket(BucketSize::Hour, "2026-05-01T12:00:00Z", name);
            assert_eq!(hour.start.to_rfc3339(), start, "{name}");
            assert_eq!(hours(hour), 1, "{name}");
        }
    }

    #[test]
    fn a_date_that_was_skipped_has_no_bucket() {
        let name = "Pacific/Apia";
        let before = bucket(BucketSize::Day, "2011-12-30T09:59:59Z", name);
        let after = BucketSize::Day.next(before, zone(name));
        assert!(shown(before, name).0.starts_with("2011-12-29"));
        assert!(shown(after, name).0.starts_with("2011-12-31"));
        assert_eq!(before.end, after.start);
    }
}

#[test]
fn a_range_gives_the_buckets_it_touches_and_no_others() {
    let berlin = zone("Europe/Berlin");
    let day = |from, to| {
        BucketSize::Day
            .buckets(at(from), at(to), berlin)
            .collect::<Vec<_>>()
    };
    assert_eq!(day("2026-05-01T12:00:00Z", "2026-05-03T22:00:00Z").len(), 3);
    assert_eq!(day("2026-05-01T12:00:00Z", "2026-05-03T22:00:01Z").len(), 4);
    assert_eq!(day("2026-05-01T12:00:00Z", "2026-05-01T12:00:00Z").len(), 0);
    assert_eq!(day("2026-05-02T12:00:00Z", "2026-05-01T12:00:00Z").len(), 0);
}

mod comparisons {
    use super::*;

    fn span(from: &str, to: &str) -> Bucket {
        Bucket {
            start: at(from),
            end: at(to),
        }
    }

    #[test]
    fn a_span_is_compared_to_as_many_buckets_before_it() {
        let berlin = zone("Europe/Berlin");
        let spring = span("2026-02-28T23:00:00Z", "2026-05-31T22:00:00Z");
        assert_eq!(
            BucketSize::Month.span_before(spring, berlin),
            span("2025-11-30T23:00:00Z", "2026-02-28T23:00:00Z")
        );
        let nothing = span("2026-05-01T00:00:00Z", "2026-05-01T00:00:00Z");
        assert_eq!(BucketSize::Day.span_before(nothing, berlin), nothing);
    }

    #[test]
    fn a_day_that_has_begun_is_compared_to_the_same_hours_of_the_day_before() {
        let berlin = zone("Europe/Berlin");
        // At 14:30 on the day after the clocks went back.
        assert_eq!(
            BucketSize::Day.same_time_before(at("2026-10-26T13:30:00Z"), berlin),
            span("2026-10-24T22:00:00Z", "2026-10-25T13:30:00Z")
        );
        assert_eq!(
            BucketSize::Day.same_time_before(at("2026-10-25T13:30:00Z"), berlin),
            span("2026-10-23T22:00:00Z", "2026-10-24T12:30:00Z")
        );
        // The clocks never showed half past two that Sunday.
        assert_eq!(
            BucketSize::Day
                .same_time_before(at("2026-03-30T00:30:00Z"), berlin)
                .end,
            at("2026-03-29T01:00:00Z")
        );
    }

    #[test]
    fn a_month_that_is_too_short_counts_in_whole() {
        let london = zone("Europe/London");
        assert_eq!(
            BucketSize::Month.same_time_before(at("2026-03-30T12:00:00Z"), london),
            span("2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z")
        );
    }
}

#[test]
fn every_day_of_a_random_year_is_followed_by_the_next_in_every_zone() {
    let mut year = 1971;
    for name in TZ_VARIANTS {
        // Each zone gets another year: together they see all of them many times.
        year = if year >= 2090 { 1971 } else { year + 7 };
        let from = at(&format!("{year}-01-01T00:00:00Z"));
        let days = BucketSize::Day.buckets(from, from + TimeDelta::days(366), name);
        let mut end = None;
        for day in days {
            assert!(day.start < day.end, "{name} {year}");
            assert!(end.is_none_or(|end| end == day.start), "{name} {day:?}");
            end = Some(day.end);
            if day.length() != TimeDelta::days(1) {
                hours_tile(day, name);
            }
        }
        assert!(end.is_some_and(|end| end >= from + TimeDelta::days(366)));
    }
}

/// The hours of a day begin with it, follow each other, and end with it.
fn hours_tile(day: Bucket, zone: Tz) {
    let mut reached = day.start;
    for hour in BucketSize::Hour.buckets(day.start, day.end, zone) {
        assert_eq!(hour.start, reached, "{zone} {day:?}");
        assert!(hour.start < hour.end && hour.length() <= TimeDelta::hours(1));
        reached = hour.end;
    }
    assert_eq!(reached, day.end, "{zone} {day:?}");
}

fn any_zone() -> impl Strategy<Value = Tz> {
    (0..TZ_VARIANTS.len()).prop_map(|index| TZ_VARIANTS[index])
}

/// Instants of the years 1850 to 2150, so that local mean times are among them.
fn any_instant() -> impl Strategy<Value = DateTime<Utc>> {
    (-3_786_912_000_000_i64..5_680_281_600_000)
        .prop_map(|millis| DateTime::from_timestamp_millis(millis).unwrap())
}

fn any_size() -> impl Strategy<Value = BucketSize> {
    (0..4usize).prop_map(|index| BucketSize::ALL[index])
}

/// An instant within a few hours of the next change of the clocks after `at`, if there is one.
fn near_a_change(zone: Tz, at: DateTime<Utc>, hours: i64) -> Option<DateTime<Utc>> {
    BucketSize::Day
        .buckets(at, at + TimeDelta::days(400), zone)
        .find(|day| day.length() != TimeDelta::days(1))
        .map(|day| day.start + TimeDelta::hours(hours) + TimeDelta::minutes(7))
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 1000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn buckets_are_sound_where_clocks_change(
        at in any_instant(), zone in any_zone(), size in any_size(), hours in -3..28_i64
    ) {
        if let Some(at) = near_a_change(zone, at, hours) {
            let bucket = size.bucket(at, zone);
            prop_assert!(bucket.contains(at));
            prop_assert_eq!(size.next(bucket, zone).start, bucket.end);
            prop_assert_eq!(size.previous(bucket, zone).end, bucket.start);
        }
    }

    #[test]
    fn every_instant_lies_in_one_bucket(
        at in any_instant(), zone in any_zone(), size in any_size()
    ) {
        let bucket = size.bucket(at, zone);
        prop_assert!(bucket.contains(at));
        let last = bucket.end - TimeDelta::seconds(1);
        let middle = bucket.start + bucket.length() / 2;
        for inside in [bucket.start, middle, last] {
            prop_assert_eq!(size.bucket(inside, zone), bucket);
        }
        prop_assert_eq!(size.next(bucket, zone).start, bucket.end);
        prop_assert_eq!(size.previous(bucket, zone).end, bucket.start);
    }

    #[test]
    fn hours_nest_in_days_and_days_in_weeks_and_months(at in any_instant(), zone in any_zone()) {
        let [hour, day, week, month] = BucketSize::ALL.map(|size| size.bucket(at, zone));
        for (inner, outer) in [(hour, day), (day, week), (day, month)] {
            prop_assert!(outer.start <= inner.start && inner.end <= outer.end);
        }
    }
}
