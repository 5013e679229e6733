//! The log: append, read, relay, verify.
//!
//! The stream's sequence is the log's position: event number N of a log in Postgres is message
//! number N of its JetStream stream. Ordering, exactly-once relay, loss detection, replay, resume
//! and read-your-writes all follow from that one sentence.

pub mod append;
mod bound;
mod bus;
mod database;
mod error;
mod follower;
pub mod heal;
mod hook;
pub mod integrity;
mod maintain;
pub mod relay;
mod ring;
mod row;
mod store;
mod stream;
mod tail;

pub use append::{
    Append, AppendError, Appended, Appender, AppenderStats, Claim, Expected, NewEvent, Receipt,
    StoredReceipt,
};
pub use bound::{Bound, bound};
pub use bus::{Bus, wake_subject};
pub use database::{DbRole, connect_options, migrate, pool, wait_for_migrations};
pub use error::LogError;
pub use follower::Follower;
pub use hook::{LogObserver, NoObserver};
pub use maintain::keep_leaves_ahead;
pub use ring::{Ring, RingRange};
pub use store::{LogInfo, LogKind, LogStore};
pub use tail::{Tail, TailRange, Tails};
