//! Starts Postgres and NATS as child processes of this one.
//!
//! `flowgrid up` uses it where `DATABASE_URL` or `NATS_URL` is not set, and every test that needs the
//! real servers uses it too. It knows nothing of events: it hands out addresses.
//!
//! What it promises:
//! - A second start on the same state folder finds the same data and the same passwords.
//! - Nothing that a crash leaves behind blocks the next start: children die with their parent, and
//!   whoever survived is recognised by the folder it works in and stopped.
//! - Both servers listen on 127.0.0.1 only, want passwords, and write to disk before they answer.
//! - Run as root, the servers run as another user (Postgres refuses root), in a folder which that user
//!   can reach.

mod binaries;
mod child;
mod connections;
mod ephemeral;
mod error;
mod leftover;
mod logs;
mod nats;
mod options;
mod place;
mod port;
mod postgres;
mod secrets;
mod stack;
mod user;

pub use binaries::{
    MIN_NATS, MIN_POSTGRES, PostgresBinaries, find_nats, find_postgres, nats_version, tools_dir,
};
pub use child::Child;
pub use connections::Connections;
pub use error::{Server, StackError};
pub use options::{StackOptions, default_state_dir};
pub use stack::Stack;
