//! The vault on a real Postgres.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod api_keys;
mod at_rest;
mod erase;
mod follow;
mod integrations;
mod one_time;
mod personal;
mod repeats;
mod revocations;
mod rotation;
mod row_level_security;
mod second_factor;
mod sessions;
mod sweep;
mod world;
