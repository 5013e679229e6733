//! Texts that people write.

use serde::Serialize;

use super::{FromJson, Invalid, string};

/// One line of 1 to `MAX` characters, trimmed, without control characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Line<const MAX: usize>(Box<str>);

/// 1 to `MAX` characters, trimmed; of control characters only line breaks and tabs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Text<const MAX: usize>(Box<str>);

impl<const MAX: usize> Line<MAX> {
    /// # Errors
    /// When it is empty, too long, or holds a control character.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        check(text, MAX, |_| false).map(|text| Self(text.into()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<const MAX: usize> Text<MAX> {
    /// # Errors
    /// When it is empty, too long, or holds a control character.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        check(text, MAX, |c| matches!(c, '\n' | '\r' | '\t')).map(|text| Self(text.into()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn check(text: &str, max: usize, welcome: fn(char) -> bool) -> Result<&str, Invalid> {
    let text = text.trim();
    if text.is_empty() {
        return Invalid::because("must not be empty");
    }
    // Bytes first: counting the characters of a megabyte to refuse it would be a waste.
    if text.len() > max * 4 || text.chars().count() > max {
        return Invalid::because(format!("must be at most {max} characters"));
    }
    if text.chars().any(|c| c.is_control() && !welcome(c)) {
        return Invalid::because("must not hold control characters");
    }
    Ok(text)
}

fn blank(value: &serde_json::Value) -> bool {
    value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty())
}

impl<const MAX: usize> FromJson for Line<MAX> {
    fn from_json(value: &serde_json::Value) -> Result<Self, Invalid> {
        Self::parse(string(value)?)
    }

    fn is_blank(value: &serde_json::Value) -> bool {
        blank(value)
    }
}

impl<const MAX: usize> FromJson for Text<MAX> {
    fn from_json(value: &serde_json::Value) -> Result<Self, Invalid> {
        Self::parse(string(value)?)
    }

    fn is_blank(value: &serde_json::Value) -> bool {
        blank(value)
    }
}

impl<const MAX: usize> From<Line<MAX>> for String {
    fn from(line: Line<MAX>) -> Self {
        line.0.into()
    }
}

impl<const MAX: usize> From<Text<MAX>> for String {
    fn from(text: Text<MAX>) -> Self {
        text.0.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_trimmed_and_bounded_in_characters() {
        assert_eq!(Line::<5>::parse("  Härö \n").unwrap().as_str(), "Härö");
        assert!(Line::<4>::parse("ääää").is_ok());
        assert!(Line::<4>::parse("äääää").is_err());
        assert!(Line::<4>::parse(" \t ").is_err());
    }

    #[test]
    fn control_characters_are_refused_where_they_mean_nothing() {
        assert!(Line::<9>::parse("a\nb").is_err());
        assert!(Text::<9>::parse("a\n\tb").is_ok());
        for bad in ["a\0b", "a\u{1b}b", "a\u{85}b"] {
            assert!(Line::<9>::parse(bad).is_err());
            assert!(Text::<9>::parse(bad).is_err());
        }
    }
}
