//! Notifications: something a person of an organization should know, until it is read.

mod command;
mod event;
mod resource;
#[cfg(test)]
mod spec;
mod state;

pub use command::{Detail, LARGEST_DATA, NotificationCommand, Send};
pub use event::{NotificationEvent, Read, Sent};
pub use resource::NotificationResource;
pub use state::{Notice, Notification};
