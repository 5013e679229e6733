//! A disk of the tests' own whose power can be cut: it forgets what was not synced.
//!
//! Killing a process leaves the kernel's page cache intact, so it can't show whether anything was
//! written too late. This file system keeps apart what programs see and what a disk would hold, and
//! makes the second the truth when the power goes. README.md of this folder tells the model, its
//! limits and how to use it by hand.
//!
//! Needs Linux with `/dev/fuse` and the right to mount.
#![cfg(target_os = "linux")]

mod content;
mod disk;
mod fuse;
mod names;
mod place;
mod power;
mod users;

pub use disk::Unsynced;
pub use place::disk_for_test;
pub use power::PowerDisk;
