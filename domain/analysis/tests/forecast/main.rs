//! Forecasts on meters, of which three are published, and on odd input.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod figures;
mod made;
mod meters;
mod odd;
mod shapes;
mod short;
mod upkeep;
