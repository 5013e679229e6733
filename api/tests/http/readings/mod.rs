//! Readings on their way in.

mod city;
mod conflicts;
mod corrections;
mod formats;
mod large;
mod read;
mod refused;
mod repeated;

pub const READINGS: &str = "/api/v1/citypulse/readings";
