//! Savings on the meters that were given, on simulated ones whose truth is known, and on nonsense.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod drawn;
mod gaps;
mod given;
mod meters;
mod nonsense;
mod simulated;
