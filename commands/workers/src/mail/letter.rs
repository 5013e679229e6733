//! A mail as it is read.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Recipient;

/// Written out in full, so that whoever sends it needs no template: during a rolling upgrade that
/// may be an older process. Holds an address and often a token: `Debug` hides it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    pub to: Recipient,
    pub subject: String,
    /// Lines end with `\n`.
    pub text: String,
    pub html: String,
}

impl fmt::Debug for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Letter(…)")
    }
}
