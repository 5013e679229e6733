//! What reacts to events and does slow work.

pub mod mail;
pub mod outside;
