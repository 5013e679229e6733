//! What a run shows, for people and as one line of JSON.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use crate::kind::Kind;
use crate::tally::{OfKind, Tally};
use crate::verdict::Verdict;

/// A run of so many minutes strikes each kind at least once for each of these.
const MINUTES_A_STRIKE: f64 = 3.0;
/// Least numbers a minute of run.
const ACKNOWLEDGED: f64 = 200.0;
const UNKNOWN: f64 = 2.0;
const RESUMED: f64 = 10.0;

/// A whole run.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) seed: u64,
    pub(crate) minutes: f64,
    pub(crate) took: Duration,
    pub(crate) caught_up: Duration,
    /// Kinds that were to strike.
    pub(crate) wanted: Vec<Kind>,
    pub(crate) objections: Vec<String>,
    pub(crate) by_kind: BTreeMap<Kind, OfKind>,
    pub(crate) counts: Vec<(&'static str, u64)>,
}

/// Everything that was counted, by name.
pub(crate) fn counts(tally: &Tally) -> Vec<(&'static str, u64)> {
    vec![
        ("acknowledged", tally.acknowledged.get()),
        ("refused", tally.refused.get()),
        ("unknown", tally.unknown.get()),
        ("settled", tally.settled.get()),
        ("repeated", tally.repeated.get()),
        ("eventsHeard", tally.events.get()),
        ("resumed", tally.resumed.get()),
        ("notRecovered", tally.not_recovered.get()),
        ("endedByThemselves", tally.ended_alone.get()),
    ]
}

impl Report {
    pub(crate) fn verdict(&self) -> Verdict {
        Verdict::of(!self.objections.is_empty(), !self.too_little().is_empty())
    }

    fn count(&self, name: &str) -> u64 {
        let found = self.counts.iter().find(|(known, _)| *known == name);
        found.map_or(0, |(_, count)| *count)
    }

    /// Why the run proves nothing.
    fn too_little(&self) -> Vec<String> {
        let times = (self.minutes / MINUTES_A_STRIKE).floor().max(1.0) as u64;
        let mut missing: Vec<String> = self
            .wanted
            .iter()
            .map(|kind| (kind, self.by_kind.get(kind).map_or(0, |of| of.struck)))
            .filter(|(_, struck)| *struck < times)
            .map(|(kind, struck)| format!("{} struck {struck} times of {times}", kind.name()))
            .collect();
        let least = [
            ("acknowledged", ACKNOWLEDGED),
            ("unknown", UNKNOWN),
            ("resumed", RESUMED),
        ];
        for (name, a_minute) in least {
            let (found, least) = (self.count(name), (a_minute * self.minutes).ceil() as u64);
            if found < least {
                missing.push(format!("{name}: {found} of {least}"));
            }
        }
        missing
    }

    pub(crate) fn print(&self) {
        println!("\nfault              struck  longest outage  longest recovery");
        for (kind, of) in &self.by_kind {
            println!(
                "{:<18} {:>6}  {:>12.1} s  {:>14.1} s",
                kind.name(),
                of.struck,
                of.longest_outage.as_secs_f64(),
                of.longest_recovery.as_secs_f64()
            );
        }
        let counts: Vec<String> = self
            .counts
            .iter()
            .map(|(name, count)| format!("{name} {count}"))
            .collect();
        println!("\n{}", counts.join(", "));
        println!(
            "seed {}, {:.0} s, caught up in {:.1} s",
            self.seed,
            self.took.as_secs_f64(),
            self.caught_up.as_secs_f64()
        );
        for objection in &self.objections {
            println!("objection: {objection}");
        }
        for missing in self.too_little() {
            println!("too little: {missing}");
        }
        println!("verdict: {}", self.verdict().name());
    }

    pub(crate) fn json(&self) -> Value {
        let faults = self.by_kind.iter().map(|(kind, of)| {
            let figures = json!({
                "struck": of.struck,
                "longestOutageS": of.longest_outage.as_secs_f64(),
                "longestRecoveryS": of.longest_recovery.as_secs_f64(),
            });
            (kind.name().to_owned(), figures)
        });
        let counts = self.counts.iter();
        json!({
            "verdict": self.verdict().name(),
            "seed": self.seed,
            "seconds": self.took.as_secs_f64(),
            "caughtUpS": self.caught_up.as_secs_f64(),
            "faults": faults.collect::<serde_json::Map<_, _>>(),
            "counts": counts.map(|(name, count)| ((*name).to_owned(), json!(count)))
                .collect::<serde_json::Map<_, _>>(),
            "objections": self.objections,
            "tooLittle": self.too_little(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(struck: u64, acknowledged: u64, objections: &[&str]) -> Report {
        let of = OfKind {
            struck,
            ..OfKind::default()
        };
        Report {
            seed: 1,
            minutes: 6.0,
            took: Duration::from_secs(360),
            caught_up: Duration::from_secs(1),
            wanted: vec![Kind::KillNats],
            objections: objections.iter().map(|text| (*text).to_owned()).collect(),
            by_kind: [(Kind::KillNats, of)].into(),
            counts: vec![
                ("acknowledged", acknowledged),
                ("unknown", 100),
                ("resumed", 100),
            ],
        }
    }

    #[test]
    fn a_run_in_which_too_little_happened_proves_nothing() {
        assert_eq!(report(2, 5_000, &[]).verdict(), Verdict::Held);
        assert_eq!(report(1, 5_000, &[]).verdict(), Verdict::Invalid);
        assert_eq!(report(2, 50, &[]).verdict(), Verdict::Invalid);
        assert_eq!(report(0, 50, &["lost"]).verdict(), Verdict::Broken);
    }
}
