//! Alert rules on real logs with real read models.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod excursions;
mod faults;
mod forecasts;
mod lifecycle;
mod people;
mod world;
