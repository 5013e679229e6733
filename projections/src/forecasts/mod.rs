//! Forecasts that a worker keeps (`migrations/0020_forecasts.sql`): asked for here, written by the worker alone.

mod expected;
mod kept;
mod queries;

pub use expected::Expected;
pub use kept::{Kept, Of};
pub use queries::{made_between, newest, why_not};
