//! HTTP on a real log with real read models. All tests share one system; each has organizations of
//! its own.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod access;
mod admin;
mod alert_rules;
mod alerts;
mod analytics;
mod avatars;
mod benchmarks;
mod buildings;
mod call;
mod cases;
mod closing;
mod comparison;
mod costs;
mod email;
mod energy;
mod events;
mod failures;
mod faults;
mod forecasts;
mod given;
mod integrations;
mod invitations;
mod keys;
mod limits;
mod limits_together;
mod locks;
#[allow(dead_code, reason = "shared with the tests of secrets")]
mod logs;
mod members;
mod notifications;
mod ops;
mod organization;
mod people;
mod personal_data;
mod profile;
mod projections;
mod readings;
mod rejoining;
mod repeats;
mod responses;
mod savings;
mod second_factor;
mod security;
mod sensors;
mod service;
mod socket;
mod somebody;
mod subscription;
mod swapped;
mod tariffs;
mod wire;
mod world;
