//! What a refresh token that was ours is still good for.

use chrono::{DateTime, Utc};

use super::token::RefreshToken;

/// Of a session's row, what decides.
#[derive(Clone, Debug)]
pub(super) struct Standing {
    pub generation: u32,
    pub current: Vec<Vec<u8>>,
    pub previous: Option<Vec<u8>>,
    pub confirmed: bool,
    pub expires_at: DateTime<Utc>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Judgement {
    /// The token of this generation: a token of the next one follows.
    Next,
    /// The token before it, and no successor was used: the answer was lost, another one follows.
    Again,
    /// Past its idle or absolute limit.
    Expired,
    /// Older: somebody uses what somebody else has replaced.
    Reuse,
}

impl Standing {
    pub(super) fn judge(&self, token: &RefreshToken, now: DateTime<Utc>) -> Judgement {
        let is = |hash: &Vec<u8>| subtle::ConstantTimeEq::ct_eq(&**hash, &token.hash).into();
        let of_this = token.generation == self.generation && self.current.iter().any(is);
        let of_last = token.generation.checked_add(1) == Some(self.generation)
            && self.previous.as_ref().is_some_and(is);
        if self.expires_at <= now {
            Judgement::Expired
        } else if of_this {
            Judgement::Next
        } else if of_last && !self.confirmed {
            Judgement::Again
        } else {
            Judgement::Reuse
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use uuid::Uuid;
    use zeroize::Zeroizing;

    use super::*;

    fn token(generation: u32, byte: u8) -> RefreshToken {
        RefreshToken {
            session: Uuid::nil(),
            generation,
            hash: [byte; 32],
            text: Zeroizing::default(),
        }
    }

    fn standing() -> Standing {
        Standing {
            generation: 5,
            current: vec![vec![50; 32], vec![51; 32]],
            previous: Some(vec![40; 32]),
            confirmed: false,
            expires_at: DateTime::UNIX_EPOCH + TimeDelta::seconds(10),
        }
    }

    #[test]
    fn each_token_of_this_generation_is_good() {
        for byte in [50, 51] {
            let judgement = standing().judge(&token(5, byte), DateTime::UNIX_EPOCH);
            assert_eq!(judgement, Judgement::Next);
        }
    }

    #[test]
    fn the_one_before_is_good_until_a_successor_was_used() {
        let mut standing = standing();
        let before = token(4, 40);
        let judge = |standing: &Standing| standing.judge(&before, DateTime::UNIX_EPOCH);
        assert_eq!(judge(&standing), Judgement::Again);
        standing.confirmed = true;
        assert_eq!(judge(&standing), Judgement::Reuse);
    }

    #[test]
    fn any_other_is_reuse() {
        for (generation, byte) in [(3, 30), (4, 41), (5, 52), (5, 40), (4, 50), (6, 50), (0, 0)] {
            let judgement = standing().judge(&token(generation, byte), DateTime::UNIX_EPOCH);
            assert_eq!(judgement, Judgement::Reuse, "{generation} {byte}");
        }
    }

    #[test]
    fn nothing_is_good_when_the_time_is_up() {
        let late = DateTime::UNIX_EPOCH + TimeDelta::seconds(10);
        assert_eq!(standing().judge(&token(5, 50), late), Judgement::Expired);
    }
}
