//! Names made for machines: slugs, which are ids, and tokens, which are kinds.

use std::fmt;

use serde::Serialize;

use super::{FromJson, Invalid, string};

/// The longest slug or token, in bytes.
const LONGEST: usize = 63;

/// Words that stand for routes of their own where an id would stand, so nothing may be named so.
pub const RESERVED: &[&str] = &[
    "admin",
    "categories",
    "executions",
    "export",
    "featured",
    "list",
    "schedule",
    "schedules",
    "search",
    "stats",
    "templates",
];

/// An id that a caller may choose: `[a-z0-9][a-z0-9-]{0,62}`. A UUID's text is one as well.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Slug(Box<str>);

impl Slug {
    /// # Errors
    /// When the text has another form.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        let fits = !text.is_empty() && text.len() <= LONGEST && !text.starts_with('-');
        if fits && text.bytes().all(allowed) {
            return Ok(Self(text.into()));
        }
        Invalid::because(
            "must be 1 to 63 lower-case letters, digits and hyphens, not starting with a hyphen",
        )
    }

    /// For a thing that is being named: the reserved words are refused as well.
    ///
    /// # Errors
    /// When the text has another form or is reserved.
    pub fn parse_new(text: &str) -> Result<Self, Invalid> {
        let slug = Self::parse(text)?;
        if RESERVED.binary_search(&text).is_ok() {
            return Invalid::because(format!("{text:?} is reserved"));
        }
        Ok(slug)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A word from an open list, such as a kind: `[A-Za-z0-9][A-Za-z0-9_-]{0,62}`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Token(Box<str>);

impl Token {
    /// # Errors
    /// When the text has another form.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        let starts = text.starts_with(|c: char| c.is_ascii_alphanumeric());
        if starts && text.len() <= LONGEST && text.bytes().all(allowed) {
            return Ok(Self(text.into()));
        }
        Invalid::because(
            "must be 1 to 63 letters, digits, hyphens and underscores, starting with a letter or digit",
        )
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromJson for Slug {
    fn from_json(value: &serde_json::Value) -> Result<Self, Invalid> {
        Self::parse(string(value)?)
    }
}

impl FromJson for Token {
    fn from_json(value: &serde_json::Value) -> Result<Self, Invalid> {
        Self::parse(string(value)?)
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Slug> for String {
    fn from(slug: Slug) -> Self {
        slug.0.into()
    }
}

impl From<Token> for String {
    fn from(token: Token) -> Self {
        token.0.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_have_one_form() {
        for good in ["a", "rathaus-hechingen", "0", &"a".repeat(63)] {
            assert!(Slug::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "-a", "A", "a_b", "a/b", "ä", "a b", &"a".repeat(64)] {
            assert!(Slug::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn nothing_new_is_named_like_a_route() {
        assert!(RESERVED.is_sorted());
        assert!(Slug::parse("search").is_ok());
        assert!(Slug::parse_new("search").is_err());
        assert!(Slug::parse_new("searches").is_ok());
    }

    #[test]
    fn tokens_may_be_spelled_as_their_systems_do() {
        for good in ["townHall", "town_hall", "town-hall", "3d"] {
            assert!(Token::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "_a", "a.b", "a/b", "a b", &"a".repeat(64)] {
            assert!(Token::parse(bad).is_err(), "{bad}");
        }
    }
}
