//! The mathematics of meters, energy, savings and forecasts.
//!
//! Pure: what time it is, what the weather was and every draw of chance are handed in. Each formula
//! names its source.

pub mod benchmarks;
pub mod buckets;
pub mod carbon;
pub mod degree_days;
pub mod forecast;
pub mod insights;
pub mod meters;
pub mod places;
pub mod savings;
pub mod stats;
pub mod tariffs;
pub mod units;
