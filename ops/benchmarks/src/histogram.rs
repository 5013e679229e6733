//! Latencies, in microseconds up to a minute, three digits exact.

use std::time::Duration;

use crate::Result;

/// A minute; nothing that takes longer says more than that.
const LONGEST_US: u64 = 60_000_000;

#[derive(Clone, Debug)]
pub(crate) struct Latencies(hdrhistogram::Histogram<u32>);

impl Latencies {
    pub(crate) fn new() -> Result<Self> {
        Ok(Self(hdrhistogram::Histogram::new_with_bounds(
            1, LONGEST_US, 3,
        )?))
    }

    pub(crate) fn record(&mut self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(LONGEST_US);
        self.0.saturating_record(micros.clamp(1, LONGEST_US));
    }

    pub(crate) fn add(&mut self, other: &Self) -> Result<()> {
        Ok(self.0.add(&other.0)?)
    }

    pub(crate) fn count(&self) -> u64 {
        self.0.len()
    }

    /// The latency that `percent` of all stay within, in ms.
    pub(crate) fn ms_at(&self, percent: f64) -> f64 {
        self.0.value_at_quantile(percent / 100.0) as f64 / 1_000.0
    }

    pub(crate) fn longest_ms(&self) -> f64 {
        self.0.max() as f64 / 1_000.0
    }
}

/// The middle one; of an even number the mean of the two in the middle; 0 of none.
pub(crate) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match (sorted.get(middle), sorted.len() % 2) {
        (None, _) => 0.0,
        (Some(value), 1) => *value,
        (Some(upper), _) => (sorted[middle - 1] + upper) / 2.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_in_milliseconds() {
        let mut latencies = Latencies::new().unwrap();
        for ms in 1..=100 {
            latencies.record(Duration::from_millis(ms));
        }
        assert!((latencies.ms_at(50.0) - 50.0).abs() < 0.1);
        assert!((latencies.ms_at(99.0) - 99.0).abs() < 0.1);
    }

    #[test]
    fn the_median_is_the_middle() {
        assert_eq!(median(&[]), 0.0);
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&[4.0, 1.0]), 2.5);
    }
}
