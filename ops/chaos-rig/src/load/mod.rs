//! Clients that write and subscribers that listen, each with a record of its own.

mod answer;
mod client;
mod command;
mod http;
mod subscriber;
mod things;

pub(crate) use client::{Client, Outcome, write};
pub(crate) use command::Command;
pub(crate) use subscriber::{Listener, listen};
