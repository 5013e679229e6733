//! What holds for every past and every command.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod alerts;
mod buildings;
mod laws;
mod organizations;
mod people;
mod values;
