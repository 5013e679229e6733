//! Projections on a real log: one Postgres for all tests, a database and a NATS for each.

mod apply;
mod isolation;
mod projector;
mod rebuild;
mod story;
mod world;
