//! The channels of energy: what buildings use, told whenever readings have come, at most once a second (where that
//! is much work, less often), and to whoever comes.
//!
//! Unlike other channels they carry states, not events. Whoever subscribes is told at once how things stand, so
//! resuming needs no history; of what waits for a slow reader only the latest of each building is written.

mod teller;
mod watched;

pub use teller::Teller;
pub use watched::Watched;
