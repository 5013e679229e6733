//! What a meter's own history says about its waste and its faults.
//!
//! Each finding is figures: what was seen, when, what it comes to in kWh a year and in money, and how sure
//! that is. Words are made of them elsewhere. All statistics are robust (medians), so that a few odd days
//! neither make a finding nor hide one.

mod anomalies;
mod base_load;
mod consumption;
mod finding;
mod peaks;
mod ranked;
mod robust;
mod schedule;
mod sensors;
mod weather;

pub use anomalies::anomalies;
pub use base_load::base_load;
pub use consumption::Consumption;
pub use finding::{Confidence, Evidence, Finding, Period, Prices};
pub use peaks::peaks;
pub use ranked::{MAX_FINDINGS, ranked};
pub use schedule::schedule_drift;
pub use sensors::{drifting, stuck};
pub use weather::weather;
