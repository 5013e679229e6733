//! What of a history is looked at.

use super::options::ForecastError;
use super::series::{Series, Step};

/// What lies further back than three years is not looked at.
const LONGEST_DAYS: usize = 1100;

/// Without what lies too far back, and without a beginning of which nothing is known.
pub(crate) fn newest(history: &Series) -> Result<Series, ForecastError> {
    let beyond = |_| ForecastError::Calendar;
    let count = i64::try_from(history.values.len()).map_err(beyond)?;
    history
        .start
        .checked_add(count)
        .ok_or(ForecastError::Calendar)?;
    let all = history.window(history.start, history.values.len());
    let far = all
        .len()
        .saturating_sub(LONGEST_DAYS * history.step.per_day());
    let have = all[far..].iter().filter(|value| !value.is_nan()).count();
    let need = need(history.step);
    let first = all[far..].iter().position(|value| !value.is_nan());
    let first = first
        .filter(|_| have >= need)
        .ok_or(ForecastError::TooShort { have, need })?
        + far;
    let skipped = i64::try_from(first).map_err(beyond)?;
    Ok(Series {
        step: history.step,
        start: history
            .start
            .checked_add(skipped)
            .ok_or(ForecastError::Calendar)?,
        values: history.values[first..].to_vec(),
    })
}

/// How many values must be known.
pub(crate) fn need(step: Step) -> usize {
    match step {
        Step::Hour => 4 * 24,
        Step::Day => 8,
    }
}

/// A meter that never showed less than nothing never will.
pub(crate) fn floor(truth: &[f64]) -> Option<f64> {
    (!truth.iter().any(|value| *value < 0.0)).then_some(0.0)
}
