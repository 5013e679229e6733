//! Verification: the log folded by the domain alone, against the live rows.

mod expected;
mod report;
mod run;

pub(crate) use expected::{Expected, canonical};
pub use report::{Difference, Problem, VerifyReport};
pub(crate) use run::verify;
