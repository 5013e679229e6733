//! HTTP on a real log with real read models. All tests share one system; each has organizations of
//! its own.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod access;
mod admin;
mod alerts;
mod buildings;
mod call;
mod cases;
mod closing;
mod events;
mod faults;
mod invitations;
mod keys;
mod limits;
mod members;
mod ops;
mod organization;
mod people;
mod profile;
mod projections;
mod repeats;
mod second_factor;
mod security;
mod sensors;
mod socket;
mod somebody;
mod wire;
mod world;
