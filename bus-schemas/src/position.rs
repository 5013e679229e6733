//! Where an event stands in its log, and the opaque token clients keep of it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A log: the unit of scale. Its head row, its stream `EV_<id>` and its checkpoints all bear this number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LogId(pub i16);

impl fmt::Display for LogId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The life of a log: drawn when the log is made, so that a token of another life is never honoured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Epoch(pub u32);

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", self.0)
    }
}

impl FromStr for Epoch {
    type Err = PositionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let lower_hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        if text.len() != 8 || !text.bytes().all(lower_hex) {
            return Err(PositionError);
        }
        u32::from_str_radix(text, 16)
            .map(Self)
            .map_err(|_| PositionError)
    }
}

/// A position token: `<log>-<epoch>-<n>`, e.g. `1-7f3a91c2-1234`.
///
/// Event number `n` of a log is message number `n` of its stream. 0 stands before the first event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Position {
    pub log: LogId,
    pub epoch: Epoch,
    pub n: u64,
}

/// The text is no position token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a position token")]
pub struct PositionError;

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{}", self.log, self.epoch, self.n)
    }
}

impl FromStr for Position {
    type Err = PositionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = text.split('-');
        let (Some(log), Some(epoch), Some(n), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(PositionError);
        };
        let n: u64 = digits(n)?;
        if n > i64::MAX as u64 {
            return Err(PositionError);
        }
        Ok(Self {
            log: LogId(digits(log)?),
            epoch: epoch.parse()?,
            n,
        })
    }
}

/// Only plain digits: `u64::from_str` would also take a leading `+`.
fn digits<T: FromStr>(text: &str) -> Result<T, PositionError> {
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(PositionError);
    }
    text.parse().map_err(|_| PositionError)
}

impl Serialize for Position {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Position {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes() {
        let at = Position {
            log: LogId(1),
            epoch: Epoch(0x7f3a_91c2),
            n: 1234,
        };
        assert_eq!(at.to_string(), "1-7f3a91c2-1234");
        assert_eq!("1-7f3a91c2-1234".parse(), Ok(at));
    }

    #[test]
    fn refuses_everything_else() {
        for text in [
            "",
            "-",
            "1",
            "1-7f3a91c2",
            "1-7f3a91c2-",
            "1-7f3a91c2-+5",
            "1-7F3A91C2-5",
            "1-7f3a91c-5",
            "1-7f3a91c2-5-6",
            "99999-7f3a91c2-5",
            "1-7f3a91c2-99999999999999999999",
            " 1-7f3a91c2-5",
            "-1-7f3a91c2-5",
            "1-7f3a91c2-9223372036854775808",
        ] {
            assert_eq!(text.parse::<Position>(), Err(PositionError), "{text}");
        }
    }
}
