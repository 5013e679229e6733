//! Mail: written when it is put, kept sealed while it waits, sent by runners.
//!
//! [`Outbox::put`] turns a [`Mail`] into a letter, seals it and stores it. A [`MailRunner`] takes
//! letters that are due and hands them to a [`Transport`]: an SMTP server, or the mailbox of
//! `flowgrid up`. A letter is sent at least once; a second time, after a crash, it bears the same
//! Message-ID.

mod compose;
mod counters;
mod error;
mod kind;
mod language;
mod lease;
mod letter;
mod links;
mod mailbox;
mod message;
mod outbox;
mod recipient;
mod render;
mod runner;
mod smtp;
mod template;
mod transport;
mod upkeep;
mod waiting;

pub use counters::{MailCounters, MailCounts};
pub use error::{MailError, SendError};
pub use kind::MailKind;
pub use language::Language;
pub use letter::Letter;
pub use links::Links;
pub use mailbox::{Mailbox, MailboxLetter};
pub use message::Mail;
pub use outbox::{Outbox, OutboxOptions, Put};
pub use recipient::{Recipient, Sender};
pub use runner::{MailRunner, RunnerOptions};
pub use smtp::{SmtpServer, Tls};
pub use transport::Transport;
pub use upkeep::OutboxStatus;
pub use waiting::WaitingMail;
