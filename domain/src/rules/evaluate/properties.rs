//! Redelivery, restarts and looking at the clock change nothing.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::rules::read_rule;

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000 + second, 0).unwrap()
}

fn rule() -> impl Strategy<Value = Judge> {
    let kinds = prop_oneof![
        Just(("threshold", json!({"above": 8, "below": -8}))),
        Just(("rateOfChange", json!({"above": 3, "perSeconds": 60}))),
        Just(("noData", json!({"forSeconds": 200}))),
        Just(("forecastDeviation", json!({"percent": 80}))),
    ];
    let spans = (0..300_u32, 0..300_u32, any::<bool>());
    (kinds, spans).prop_map(|((kind, condition), (hold, clear, damped))| {
        let hold = if kind == "noData" { 0 } else { hold };
        let damping = damped.then(|| json!({"raises": 2, "withinSeconds": 600}));
        let body = json!({
            "name": "R", "kind": kind, "condition": condition, "target": {"sensorId": "s"},
            "hold": {"forSeconds": hold}, "clear": {"forSeconds": clear}, "damping": damping,
        });
        let read = read_rule(body.as_object().unwrap()).unwrap();
        Judge::new(read.definition, Tz::UTC).unwrap()
    })
}

/// Seconds after the one before, and a value.
fn readings() -> impl Strategy<Value = Vec<(i64, f64)>> {
    vec((1..250_i64, -12_i32..12), 0..60).prop_map(|steps| {
        let mut second = 0;
        let mut all = Vec::new();
        for (step, value) in steps {
            second += step;
            all.push((second, f64::from(value)));
        }
        all
    })
}

/// A source as a worker keeps it: told of readings in batches, stored and read again in between.
#[derive(Default)]
struct Source {
    last: Option<Seen>,
    watch: Watch,
    decided: Vec<Decision>,
}

impl Source {
    fn reading(&mut self, judge: &Judge, second: i64, value: f64) {
        let time = at(second);
        if !Seen::is_before(self.last.as_ref(), time) {
            return;
        }
        let now = Seen {
            time,
            // All that is delivered here was written long after.
            arrived: at(1_000_000),
            value,
        };
        let previous = self.last.replace(now);
        let decided = judge.reading(&mut self.watch, previous.as_ref(), &now, Some(5.0));
        self.decided.extend(decided.iter());
    }

    fn restart(&mut self) {
        let watch = serde_json::to_string(&self.watch).unwrap();
        self.watch = serde_json::from_str(&watch).unwrap();
        let last = serde_json::to_string(&self.last).unwrap();
        self.last = serde_json::from_str(&last).unwrap();
    }
}

proptest! {
    #[test]
    fn any_batching_and_redelivery_decides_the_same(
        judge in rule(),
        readings in readings(),
        cuts in vec((0..60_usize, 0..60_usize), 0..8),
    ) {
        let mut once = Source::default();
        for (second, value) in &readings {
            once.reading(&judge, *second, *value);
        }
        let mut again = Source::default();
        let mut done = 0;
        let mut cuts = cuts;
        cuts.sort_unstable();
        // Each batch begins somewhere before the end of the one before; late values are others.
        for (end, back) in cuts {
            let end = end.min(readings.len()).max(done);
            for (second, value) in &readings[done.saturating_sub(back)..done] {
                again.reading(&judge, *second, -*value);
            }
            for (second, value) in &readings[done..end] {
                again.reading(&judge, *second, *value);
            }
            done = end;
            again.restart();
        }
        for (second, value) in &readings[done..] {
            again.reading(&judge, *second, *value);
        }
        prop_assert_eq!(once.decided, again.decided);
        prop_assert_eq!(once.watch, again.watch);
    }

    #[test]
    fn raises_and_clears_take_turns_and_name_the_same_excursion(judge in rule(), readings in readings()) {
        let mut source = Source::default();
        for (second, value) in &readings {
            source.reading(&judge, *second, *value);
        }
        let mut open: Option<DateTime<Utc>> = None;
        let mut newest = None;
        for decision in &source.decided {
            match *decision {
                Decision::Raise { since, at, .. } => {
                    prop_assert!(open.is_none() && since <= at);
                    prop_assert!(newest.is_none_or(|newest| newest < since), "one alert an excursion");
                    (open, newest) = (Some(since), Some(since));
                }
                Decision::Clear { since, .. } => {
                    prop_assert_eq!(open.take(), Some(since));
                }
            }
        }
        prop_assert_eq!(open, source.watch.raised_since());
    }

    #[test]
    fn telling_the_time_more_often_decides_the_same(judge in rule(), readings in readings(), ticks in vec(0..15_000_i64, 0..40)) {
        let end = readings.last().map_or(0, |last| last.0) + 2_000;
        let mut seldom = Replay::new(&judge, "b", 1_000);
        let mut often = Replay::new(&judge, "b", 1_000);
        let mut ticks = ticks;
        ticks.sort_unstable();
        let mut ticks = ticks.into_iter().peekable();
        for (second, value) in &readings {
            while let Some(tick) = ticks.next_if(|tick| tick <= second) {
                often.time(at(tick));
            }
            often.reading("s", at(*second), *value, Some(5.0));
            seldom.reading("s", at(*second), *value, Some(5.0));
        }
        often.time(at(end));
        seldom.time(at(end));
        prop_assert_eq!(seldom.excursions(), often.excursions());
    }
}
