//! Projections on a real log: one Postgres for all tests, a database and a NATS for each.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod apply;
mod isolation;
mod projector;
mod readings;
mod rebuild;
mod speed;
mod story;
mod swaps;
mod world;
