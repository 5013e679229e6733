//! What reacts to events and does slow work.

pub mod closing;
pub mod forecasts;
pub mod mail;
pub mod outside;
pub mod rules;
