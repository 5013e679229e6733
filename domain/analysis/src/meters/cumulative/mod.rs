//! Meters that count on and on.

mod change;
mod counts;
mod register;
mod step;
mod trust;

pub use change::{Change, change, with};
pub use register::{NotARegister, Register};
pub use step::{Step, StepKind, steps};

/// How many counts above zero a step depends on, on either side of it (and on the zeros between
/// them). Whoever looks at that many before and after a change sees all that it changes.
pub const REACH: usize = 8;
