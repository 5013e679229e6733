//! Whether a password may be chosen.

use zxcvbn::Score;

const SHORTEST: usize = 8;
const LONGEST: usize = 128;

/// Words that an attacker of this system would try whoever it is: the product, the products that it
/// serves, and its roles.
const WORDS_OF_OURS: [&str; 14] = [
    "flowgrid",
    "flowmind",
    "quantum",
    "velocity",
    "citypulse",
    "flov7",
    "smartgrid",
    "chronicles",
    "admin",
    "administrator",
    "manager",
    "operator",
    "viewer",
    "premium",
];

/// Why a password is refused, in a sentence for whoever chose it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct WeakPassword(pub String);

/// Asks the estimator zxcvbn, which knows common passwords, names, dates and keyboard patterns.
/// `hints` are words that an attacker would try: the person's name, address, organization; those of
/// the product itself are known here.
///
/// # Errors
/// [`WeakPassword`] below 8 or above 128 characters, and where 10^8 guesses find it.
pub fn strength(password: &str, hints: &[&str]) -> Result<(), WeakPassword> {
    let refused = |reason: &str| Err(WeakPassword(reason.to_owned()));
    // Bytes first: they cost nothing to count.
    if password.len() > LONGEST * 4 {
        return refused("must be at most 128 characters long");
    }
    match password.chars().count() {
        length if length < SHORTEST => return refused("must be at least 8 characters long"),
        length if length > LONGEST => return refused("must be at most 128 characters long"),
        _ => {}
    }
    let hints = hints.iter().flat_map(|hint| words(hint)).take(50);
    let words: Vec<&str> = hints.chain(WORDS_OF_OURS).collect();
    let entropy = zxcvbn::zxcvbn(password, &words);
    if entropy.score() >= Score::Three {
        return Ok(());
    }
    let advice = entropy
        .feedback()
        .map(ToString::to_string)
        .unwrap_or_default();
    Err(WeakPassword(
        format!("is too easy to guess. {advice}").trim().to_owned(),
    ))
}

/// A hint, and what it is made of: of `Ada.Lovelace@city.example` also `Ada`, `Lovelace`, `city`.
fn words(hint: &str) -> impl Iterator<Item = &str> {
    let parts = hint.split(|c: char| !c.is_alphanumeric());
    std::iter::once(hint).chain(parts.filter(|part| part.chars().count() > 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_good_password_is_taken() {
        for good in [
            "correct horse battery staple",
            "vK3!nq0z-Rw7",
            "Zwölf Boxkämpfer jagen Viktor",
        ] {
            assert_eq!(strength(good, &["ada@city.example"]), Ok(()), "{good}");
        }
    }

    #[test]
    fn common_short_and_endless_ones_are_refused() {
        let endless = "vK3!nq0z-Rw7".repeat(11);
        for weak in [
            "",
            "1234567",
            "password",
            "Password1!",
            "qwertzuiop",
            "aaaaaaaaaaaa",
            "iloveyou123",
            "12.12.1984",
            &endless,
        ] {
            assert!(strength(weak, &[]).is_err(), "{weak}");
        }
    }

    #[test]
    fn what_an_attacker_knows_is_no_password() {
        let hints = ["ada.lovelace@city.example", "Ada Lovelace"];
        assert!(strength("lovelace", &hints).is_err());
        assert!(strength("ada.lovelace@city.example", &hints).is_err());
        assert!(strength("Lovelace2026", &hints).is_err());
    }

    #[test]
    fn words_of_the_product_are_no_password_whoever_it_is() {
        for word in ["flowgrid2026", "Smartgrid1!", "citypulseadmin"] {
            assert!(strength(word, &[]).is_err(), "{word}");
        }
    }

    #[test]
    fn what_is_said_does_not_repeat_the_password() {
        let refused = strength("hunter2hunter2", &[]).unwrap_err().to_string();
        assert!(!refused.contains("hunter2"), "{refused}");
    }
}
