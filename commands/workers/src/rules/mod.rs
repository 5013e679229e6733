//! Evaluates alert rules as readings come, raises and resolves alerts, and tells whom the rules name.
//!
//! A [`RuleWorker`] follows one telemetry log. In memory it holds the rules of the organizations on that
//! log and where each source stands ([`engine`]); what it decides is written down as deeds in the same
//! transaction that moves its checkpoint, fenced as projectors are, and only then done. Deeds are safe
//! to repeat: an alert's id follows from its rule, its source and when it began to be wrong. So any
//! number of workers may run and any of them may be killed.
//!
//! Time is the log's: while events wait to be read, what is due by the clock waits for them.

mod act;
mod deed;
mod engine;
mod error;
mod load;
mod session;
mod store;
mod tell;
mod worker;

pub use error::RulesError;
pub use tell::Post;
pub use worker::{RuleWorker, RuleWorkerOptions};
