//! A mail as callers ask for it.

use super::{Language, MailKind, Recipient};

/// Who is to be told what, in which language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    pub to: Recipient,
    pub kind: MailKind,
    pub language: Language,
}
