//! What a bench found: a table for people, one line of JSON for machines.

use serde_json::{Map, Value, json};

use crate::durability::Durability;

/// The bounds of one key.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Bound {
    AtLeast {
        must: f64,
        aim: f64,
    },
    AtMost {
        must: f64,
        aim: f64,
    },
    /// Told for its own sake.
    None,
}

/// Found values in the order they are printed.
#[derive(Debug)]
pub(crate) struct Report {
    bench: &'static str,
    rows: Vec<(&'static str, f64, Bound)>,
    notes: Vec<String>,
    context: Map<String, Value>,
    invalid: Vec<String>,
}

impl Report {
    pub(crate) fn new(bench: &'static str, durability: &Durability) -> Self {
        let mut report = Self {
            bench,
            rows: Vec::new(),
            notes: vec![crate::machine::describe(), durability.to_string()],
            context: Map::new(),
            invalid: Vec::new(),
        };
        report.context("machine", json!(crate::machine::describe()));
        report.context("durability", durability.json());
        report.require(durability.is_that_of_production(), || {
            "durability is not that of production".to_owned()
        });
        report
    }

    pub(crate) fn value(&mut self, key: &'static str, value: f64, bound: Bound) {
        self.rows.push((key, value, bound));
    }

    pub(crate) fn note(&mut self, text: impl Into<String>) {
        self.notes.push(text.into());
    }

    pub(crate) fn context(&mut self, key: &str, value: Value) {
        self.context.insert(key.to_owned(), value);
    }

    /// Without `holds` the run counts for nothing, and says why.
    pub(crate) fn require(&mut self, holds: bool, why: impl FnOnce() -> String) {
        if !holds {
            self.invalid.push(why());
        }
    }

    /// Prints everything; whether the run is valid and every "must" is reached.
    pub(crate) fn print(&self, as_json: bool) -> bool {
        let mut reached = self.invalid.is_empty();
        println!("\n{}", self.bench);
        for note in &self.notes {
            println!("  {note}");
        }
        println!("  {:<24}{:>14}{:>12}{:>12}", "", "measured", "must", "aim");
        for (key, value, bound) in &self.rows {
            let (must, aim, verdict) = verdict(*value, *bound);
            reached &= verdict != Verdict::Missed;
            println!(
                "  {key:<24}{:>14}{must:>12}{aim:>12}  {}",
                number(*value),
                verdict.text()
            );
        }
        for why in &self.invalid {
            println!("  INVALID: {why}");
        }
        if as_json {
            println!("{}", self.json());
        }
        reached
    }

    fn json(&self) -> Value {
        let mut object = Map::new();
        object.insert("bench".to_owned(), json!(self.bench));
        for (key, value, _) in &self.rows {
            object.insert((*key).to_owned(), rounded(*value));
        }
        object.insert("valid".to_owned(), json!(self.invalid.is_empty()));
        object.insert("invalid_because".to_owned(), json!(self.invalid));
        object.extend(self.context.clone());
        Value::Object(object)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Aim,
    Must,
    Missed,
    Untold,
}

impl Verdict {
    fn text(self) -> &'static str {
        match self {
            Self::Aim => "aim",
            Self::Must => "must",
            Self::Missed => "MISSED",
            Self::Untold => "",
        }
    }
}

fn verdict(value: f64, bound: Bound) -> (String, String, Verdict) {
    let judge = |reaches: &dyn Fn(f64) -> bool, must: f64, aim: f64| {
        if reaches(aim) {
            Verdict::Aim
        } else if reaches(must) {
            Verdict::Must
        } else {
            Verdict::Missed
        }
    };
    match bound {
        Bound::AtLeast { must, aim } => {
            let verdict = judge(&|bound| value >= bound, must, aim);
            (format!("≥ {}", number(must)), number(aim), verdict)
        }
        Bound::AtMost { must, aim } => {
            let verdict = judge(&|bound| value <= bound, must, aim);
            (format!("≤ {}", number(must)), number(aim), verdict)
        }
        Bound::None => (String::new(), String::new(), Verdict::Untold),
    }
}

/// Whole above a hundred, else three digits.
fn number(value: f64) -> String {
    if value.fract() == 0.0 || value.abs() >= 100.0 {
        format!("{value:.0}")
    } else {
        format!("{value:.3}")
    }
}

fn rounded(value: f64) -> Value {
    if value.abs() >= 100.0 || value.fract() == 0.0 {
        json!(value.round() as i64)
    } else {
        json!((value * 1_000.0).round() / 1_000.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_judge_both_ways() {
        let least = Bound::AtLeast {
            must: 0.7,
            aim: 1.25,
        };
        assert_eq!(verdict(1.3, least).2, Verdict::Aim);
        assert_eq!(verdict(0.7, least).2, Verdict::Must);
        assert_eq!(verdict(0.6, least).2, Verdict::Missed);
        let most = Bound::AtMost {
            must: 5.0,
            aim: 2.0,
        };
        assert_eq!(verdict(2.0, most).2, Verdict::Aim);
        assert_eq!(verdict(9.0, most).2, Verdict::Missed);
    }
}
