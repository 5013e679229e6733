//! What each kind of rule makes of a day.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde_json::{Value, json};

use super::*;
use crate::rules::read_rule;

fn at(minute: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000 / 86_400 * 86_400 + minute * 60, 0).unwrap()
}

fn judge(kind: &str, condition: Value, others: Value) -> Judge {
    let sensor = json!({"sensorId": "main"});
    let target = match kind {
        "expression" => json!({"buildingId": "rathaus"}),
        _ => sensor,
    };
    let mut body = json!({"name": "R", "kind": kind, "condition": condition, "target": target});
    for (name, value) in others.as_object().unwrap() {
        body[name] = value.clone();
    }
    let read = read_rule(body.as_object().unwrap()).unwrap();
    Judge::new(read.definition, Tz::UTC).unwrap()
}

/// Minutes of `(raised, cleared)` that follow from minutes and values.
fn replay(judge: &Judge, readings: &[(i64, f64)], until: i64) -> Vec<(i64, Option<i64>)> {
    let mut replay = Replay::new(judge, "rathaus", 100);
    for (minute, value) in readings {
        replay.reading("main", at(*minute), *value, Some(10.0));
    }
    replay.time(at(until));
    let minute = |time: DateTime<Utc>| (time - at(0)).num_minutes();
    let all = replay.excursions().iter();
    all.map(|one| (minute(one.raised_at), one.cleared_at.map(minute)))
        .collect()
}

#[test]
fn a_threshold_is_raised_when_it_is_crossed_and_cleared_when_it_is_not() {
    let judge = judge("threshold", json!({"above": 80}), json!({}));
    let day = [(0, 70.0), (1, 80.0), (2, 81.0), (3, 90.0), (4, 80.0)];
    assert_eq!(replay(&judge, &day, 60), [(2, Some(4))]);
}

#[test]
fn it_must_be_wrong_for_as_long_as_the_rule_says() {
    let held = json!({"hold": {"forSeconds": 600}});
    let judge = judge("threshold", json!({"above": 80}), held);
    let short = [(0, 90.0), (5, 90.0), (9, 70.0)];
    assert_eq!(replay(&judge, &short, 60), []);
    let long = [(0, 90.0), (5, 90.0), (10, 90.0), (11, 70.0)];
    assert_eq!(replay(&judge, &long, 60), [(10, Some(11))]);
    // Nothing more comes: time alone makes it long enough.
    assert_eq!(replay(&judge, &[(0, 90.0)], 60), [(10, None)]);
    assert_eq!(replay(&judge, &[(0, 90.0)], 9), []);
}

#[test]
fn hysteresis_keeps_it_raised_between_the_bounds() {
    let clear = json!({"clear": {"below": 70, "forSeconds": 120}});
    let judge = judge("threshold", json!({"above": 80}), clear);
    let day = [
        (0, 81.0),
        (1, 75.0),
        (2, 81.0),
        (3, 70.0),
        (4, 71.0),
        (5, 69.0),
        (6, 69.0),
        (7, 69.0),
    ];
    assert_eq!(replay(&judge, &day, 8), [(0, Some(7))]);
}

#[test]
fn a_band_is_wrong_on_both_sides() {
    let judge = judge("threshold", json!({"above": 26, "below": 18}), json!({}));
    let day = [(0, 20.0), (1, 17.0), (2, 18.0), (3, 27.0)];
    assert_eq!(replay(&judge, &day, 4), [(1, Some(2)), (3, None)]);
}

#[test]
fn a_rate_of_change_is_taken_for_its_span() {
    let judge = judge(
        "rateOfChange",
        json!({"above": 10, "perSeconds": 3600}),
        json!({}),
    );
    // From 20 to 22 in ten minutes is 12 an hour.
    let day = [(0, 20.0), (10, 22.0), (20, 23.0), (21, 23.1)];
    assert_eq!(replay(&judge, &day, 22), [(10, Some(20))]);
}

#[test]
fn what_is_far_from_its_forecast_is_wrong() {
    let judge = judge(
        "forecastDeviation",
        json!({"percent": 30, "atLeast": 4}),
        json!({}),
    );
    let day = [(0, 13.5), (1, 14.5), (2, 6.5)];
    assert_eq!(replay(&judge, &day, 3), [(1, Some(2))]);
}

#[test]
fn a_silence_is_raised_once_and_over_with_the_next_reading() {
    let judge = judge("noData", json!({"forSeconds": 600}), json!({}));
    assert_eq!(replay(&judge, &[(0, 1.0), (10, 1.0)], 20), [(20, None)]);
    let day = [(0, 1.0), (25, 1.0), (26, 1.0)];
    assert_eq!(replay(&judge, &day, 27), [(10, Some(25))]);
    // The same reading again is no news.
    let repeated = [(0, 1.0), (0, 1.0), (0, 2.0)];
    assert_eq!(replay(&judge, &repeated, 10), [(10, None)]);
}

#[test]
fn a_gap_between_readings_is_a_silence_though_nobody_looked() {
    let judge = judge("noData", json!({"forSeconds": 600}), json!({}));
    let seen = |minute| Seen {
        time: at(minute),
        arrived: at(100),
        value: 1.0,
    };
    let mut watch = Watch::default();
    let decided = judge.reading(&mut watch, Some(&seen(0)), &seen(25), None);
    let decided: Vec<_> = decided.iter().collect();
    let (since, flapping) = (at(0), false);
    let raise = Decision::Raise {
        since,
        at: at(10),
        flapping,
    };
    assert_eq!(decided, [raise, Decision::Clear { since, at: at(25) }]);
}

#[test]
fn an_expression_looks_at_several_sensors_of_a_building() {
    let condition = json!({"expression": "value.power > 80.0 && value.hall < 20.0"});
    let judge = judge("expression", condition, json!({}));
    let mut replay = Replay::new(&judge, "rathaus", 9);
    for (minute, sensor, value) in [
        (0, "power", 90.0),
        (1, "hall", 25.0),
        (2, "hall", 19.0),
        (3, "power", 70.0),
    ] {
        replay.reading(sensor, at(minute), value, None);
    }
    replay.time(at(4));
    let [one] = replay.excursions() else {
        panic!("{:?}", replay.excursions());
    };
    assert_eq!((one.raised_at, one.cleared_at), (at(2), Some(at(3))));
    assert_eq!(one.source, "rathaus");
}

#[test]
fn who_goes_up_and_down_raises_no_more_than_damping_allows() {
    let damping = json!({"damping": {"raises": 3, "withinSeconds": 3600}});
    let judge = judge("threshold", json!({"above": 80}), damping);
    let day: Vec<_> = (0..40)
        .map(|minute| (minute, if minute % 2 == 0 { 90.0 } else { 70.0 }))
        .collect();
    let raised = replay(&judge, &day, 40);
    assert_eq!(raised, [(0, Some(1)), (2, Some(3)), (4, None)]);
    // An hour of calm ends it.
    assert_eq!(replay(&judge, &day, 99).last(), Some(&(4, Some(99))));
}

#[test]
fn outside_its_hours_nothing_is_wrong() {
    let days = json!(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]);
    let hours = json!({"schedule": {"weekdays": days, "from": "01:00", "to": "02:00"}});
    let judge = judge("threshold", json!({"above": 80}), hours.clone());
    let day = [(59, 90.0), (60, 90.0), (61, 90.0), (120, 90.0)];
    assert_eq!(replay(&judge, &day, 200), [(60, Some(120))]);
    // A silence is told of once the rule applies.
    let silence = super::tests::judge("noData", json!({"forSeconds": 600}), hours);
    assert_eq!(replay(&silence, &[(0, 1.0)], 59), []);
    let [(raised, None)] = replay(&silence, &[(0, 1.0)], 90)[..] else {
        panic!("nothing raised");
    };
    assert!((60..75).contains(&raised), "{raised}");
}

#[test]
fn a_wait_counts_from_when_a_reading_was_heard() {
    // A year of readings is loaded: what was pending then is not yet held now.
    let held = json!({"hold": {"forSeconds": 600}});
    let judge = judge("threshold", json!({"above": 80}), held);
    let loaded = Seen {
        time: at(0),
        arrived: at(1_000),
        value: 90.0,
    };
    let mut watch = Watch::default();
    assert!(judge.reading(&mut watch, None, &loaded, None).is_empty());
    assert_eq!(judge.due(&watch, &loaded), Some(at(1_010)));
    assert_eq!(judge.tick(&mut watch, &loaded, at(1_009)), None);
    assert!(judge.tick(&mut watch, &loaded, at(1_010)).is_some());
}

#[test]
fn a_source_that_is_left_is_cleared() {
    let judge = judge("threshold", json!({"above": 80}), json!({}));
    let mut watch = Watch::default();
    let seen = Seen {
        time: at(0),
        arrived: at(0),
        value: 90.0,
    };
    assert!(!judge.reading(&mut watch, None, &seen, None).is_empty());
    let left = watch.leave(at(5));
    assert_eq!(
        left,
        Some(Decision::Clear {
            since: at(0),
            at: at(5)
        })
    );
    assert!(watch.is_fresh());
    assert_eq!(watch.leave(at(6)), None);
}
