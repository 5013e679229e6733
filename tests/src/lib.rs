//! What the tests share: real servers, each test with a database and a NATS of its own.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod log;
mod postgres;

pub use log::{TestLog, building, eventually, readings};
pub use postgres::fresh_database;
