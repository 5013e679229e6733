//! How much energy buildings of a kind use, as published and among each other.

mod compare;
mod published;
pub(crate) mod tsv;

pub use compare::{Comparison, compare, intensity, percentile};
pub use published::{Benchmark, for_kind, published};
