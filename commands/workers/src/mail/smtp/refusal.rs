//! What a server's refusal means for a letter.

use std::error::Error as _;

use lettre::transport::smtp::Error;

use crate::mail::SendError;

/// Where in the conversation it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Greeting and TLS.
    Greeting,
    Login,
    Sender,
    Recipient,
    Content,
}

impl Stage {
    fn name(self) -> &'static str {
        match self {
            Self::Greeting => "greeting",
            Self::Login => "login",
            Self::Sender => "sender",
            Self::Recipient => "recipient",
            Self::Content => "content",
        }
    }

    /// Whether a refusal is of this one letter. A wrong password or sender is the operator's to put
    /// right, and must not cost a letter.
    fn is_of_the_letter(self) -> bool {
        match self {
            Self::Recipient | Self::Content => true,
            Self::Greeting | Self::Login | Self::Sender => false,
        }
    }
}

/// Keeps the server's codes, not its words: those repeat addresses, and who knows what else.
pub(super) fn refused(stage: Stage, error: &Error) -> SendError {
    let name = stage.name();
    let Some(code) = error.status() else {
        // Ours and the system's words; an answer that is none would be the server's.
        return SendError::temporary(if error.is_response() {
            format!("{name}: an unintelligible answer, or none")
        } else {
            format!("{name}: {error}")
        });
    };
    let words = error.source().map(ToString::to_string).unwrap_or_default();
    let what = match enhanced(&words) {
        Some(enhanced) => format!("{name}: {code} {enhanced}"),
        None => format!("{name}: {code}"),
    };
    SendError {
        permanent: error.is_permanent() && stage.is_of_the_letter(),
        what,
    }
}

/// The enhanced status code (RFC 3463) that an answer begins with: `5.1.1`.
fn enhanced(words: &str) -> Option<&str> {
    let first = words.split_whitespace().next()?;
    let number = |part: &str| {
        (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    (first.split('.').count() == 3 && first.split('.').all(number)).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_the_servers_words_only_a_status_code_is_kept() {
        assert_eq!(enhanced("5.1.1 <anna@example.org> unknown"), Some("5.1.1"));
        assert_eq!(enhanced("<anna@example.org> unknown"), None);
        assert_eq!(enhanced("10.0.0.1 is blocked"), None);
        assert_eq!(enhanced("5.1.anna"), None);
        assert_eq!(enhanced(""), None);
    }
}
