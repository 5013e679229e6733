//! Input that means harm, on real sockets, against the binary as its users run it. Whatever comes:
//! no 500, no panic, nothing half applied, memory bounded, and others are served meanwhile.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../common/mod.rs"]
mod common;

mod bodies;
mod crowds;
mod frames;
mod peer;
mod server;
mod shapes;
mod slow;
mod websocket;
