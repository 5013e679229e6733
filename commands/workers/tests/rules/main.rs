//! Alert rules on real logs with real read models.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod excursions;
mod faults;
mod forecasts;
mod lifecycle;
mod mailed;
mod people;
#[path = "../mail/server.rs"]
#[allow(dead_code)]
mod server;
mod world;
