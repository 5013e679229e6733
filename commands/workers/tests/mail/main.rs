//! Mail against a real SMTP server of the test's own and a real Postgres.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod at_rest;
mod faults;
mod mailbox;
mod mime;
mod runners;
mod sending;
mod server;
mod waiting;
mod world;
