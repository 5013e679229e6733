//! Patterns over subjects, below one organization: `building.*.registered`, `alert.>`.

use std::str::FromStr;

/// The longest pattern, in bytes.
const LONGEST: usize = 256;

/// NATS wildcards (`*` one token, `>` one or more at the end) over
/// `<aggregate type>.<aggregate id>.<event>`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Pattern(Box<str>);

/// Why a text is no pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    #[error("a pattern has at most {LONGEST} bytes")]
    TooLong,
    #[error(
        "a pattern's tokens are not empty and hold no space, control character or wildcard beside others"
    )]
    Token,
    #[error("'>' stands only at the end")]
    TailNotLast,
}

impl FromStr for Pattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() > LONGEST {
            return Err(PatternError::TooLong);
        }
        let mut ended = false;
        for token in text.split('.') {
            if ended {
                return Err(PatternError::TailNotLast);
            }
            let wild = token == "*" || token == ">";
            let plain = !token.is_empty()
                && !token.contains(|c: char| {
                    c.is_whitespace() || c.is_control() || c == '*' || c == '>'
                });
            if !wild && !plain {
                return Err(PatternError::Token);
            }
            ended = token == ">";
        }
        Ok(Self(text.into()))
    }
}

impl Pattern {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the event `aggregate_type.local_id.event_name` matches.
    pub fn matches(&self, aggregate_type: &str, local_id: &str, event_name: &str) -> bool {
        let mut have = aggregate_type
            .split('.')
            .chain(local_id.split('.'))
            .chain(event_name.split('.'));
        for want in self.0.split('.') {
            match (want, have.next()) {
                (">", token) => return token.is_some(),
                ("*", Some(_)) => {}
                (want, Some(token)) if want == token => {}
                _ => return false,
            }
        }
        have.next().is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str) -> bool {
        let pattern: Pattern = pattern.parse().unwrap();
        pattern.matches("building", "rathaus", "registered")
    }

    #[test]
    fn wildcards_mean_what_they_mean_in_nats() {
        for yes in [
            ">",
            "building.>",
            "*.*.*",
            "building.rathaus.registered",
            "*.rathaus.>",
            "building.*.*",
        ] {
            assert!(matches(yes), "{yes}");
        }
        for no in [
            "*",
            "building",
            "building.rathaus",
            "*.*",
            "alert.>",
            "building.rathaus.registered.>",
        ] {
            assert!(!matches(no), "{no}");
        }
    }

    #[test]
    fn refuses_what_nats_would() {
        for text in ["", ".", "a..b", "a.>.b", "a b", "a*", ">x", "a.\n"] {
            assert!(text.parse::<Pattern>().is_err(), "{text:?}");
        }
        assert_eq!(
            "x".repeat(300).parse::<Pattern>(),
            Err(PatternError::TooLong)
        );
    }
}
