//! How a forecast came about.

use serde::{Deserialize, Serialize};

use super::frame::Frame;
use super::options::Outlook;

/// What whoever reads a forecast should know of how it came about.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "note")]
pub enum Note {
    /// Less than 28 days are known: only families that need little were tried.
    ShortHistory { days: usize },
    /// This share of the history is unknown.
    Gaps { share: f64 },
    /// The meter has always shown the same.
    Constant,
    /// Too little is known of the temperature: families do without.
    NoTemperature,
    /// The temperature ahead is taken as given; the judgement stands for a weather forecast that is
    /// right.
    TemperatureTaken,
    /// The temperature ahead is continued from its past.
    TemperatureContinued,
}

/// What whoever reads the forecast should know of how it came about.
pub(crate) fn notes(frame: &Frame, outlook: Outlook) -> Vec<Note> {
    let days = frame.truth.len() / frame.step.per_day();
    let gaps = frame.truth.iter().filter(|value| value.is_nan()).count();
    let share = gaps as f64 / frame.truth.len().max(1) as f64;
    let mut known = frame.truth.iter().filter(|value| !value.is_nan());
    let first = known.next();
    let weather = match (frame.has_weather(), outlook) {
        (false, _) => Some(Note::NoTemperature),
        (true, Outlook::Forecast) => Some(Note::TemperatureTaken),
        (true, Outlook::Unknown) => Some(Note::TemperatureContinued),
    };
    [
        (days < 28).then_some(Note::ShortHistory { days }),
        (share > 0.05).then_some(Note::Gaps { share }),
        known
            .all(|value| Some(value) == first)
            .then_some(Note::Constant),
        weather,
    ]
    .into_iter()
    .flatten()
    .collect()
}
