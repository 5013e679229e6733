//! The way of one command: load the aggregate, decide, append; again when somebody was faster.

mod caller;
mod commands;
mod ends;
mod error;
mod heal;
mod history;
mod known;
mod notify;
mod outcome;
mod plan;
mod record;
mod request;
mod states;

pub use caller::Caller;
pub use commands::{Commands, CommandsOptions};
pub use ends::{Ends, Name};
pub use error::CommandError;
pub use heal::{Healed, heal_log};
pub use history::{At, Loaded};
pub use outcome::{Outcome, OutcomeKind};
pub use record::{Recorded, Recording};
pub use request::{Idempotency, Request};
