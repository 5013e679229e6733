//! Weather-normalised savings: what a building would have used, had nothing been done.
//!
//! CalTRACK 2.0, daily method (<https://github.com/openeemeter/caltrack/blob/main/docs/methods.rst>):
//! a model of the year before an intervention meets the weather of the year after it; what it would have
//! used then, less what was measured, was saved.

mod calculate;
mod error;
mod periods;
mod sufficiency;
mod uncertainty;

pub use calculate::{SavedDay, Savings, savings};
pub use error::SavingsError;
pub use periods::Periods;
pub use sufficiency::{Flag, Sufficiency};
