//! A token that was touched is no token.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use flowgrid_bus::Role;

use super::*;

fn tokens() -> Tokens {
    let now = "2026-05-01T12:00:00Z".parse().unwrap();
    let secret = b"a secret of at least thirty-two bytes";
    Tokens::new(secret, Clock::stopped_at(now)).unwrap()
}

fn issued(tokens: &Tokens) -> String {
    let grant = Grant::member("anna", "acme", Role::Viewer, TimeDelta::hours(1));
    tokens.issue(&grant).unwrap()
}

fn signed(tokens: &Tokens, claims: &Claims) -> String {
    let signer = &tokens.0.keys.signer;
    encode(&signer.header, claims, &signer.key).unwrap()
}

proptest! {
    #[test]
    fn one_changed_byte_is_enough(at: Index, to in 1..128_u8) {
        let tokens = tokens();
        let token = issued(&tokens);
        let mut bytes = token.clone().into_bytes();
        let at = at.index(bytes.len());
        prop_assume!(bytes[at] != to);
        bytes[at] = to;
        let changed = String::from_utf8(bytes).unwrap();
        prop_assert!(tokens.verify(&changed).is_err());
        // Nor when the true one is remembered.
        prop_assert!(tokens.verify(&token).is_ok());
        prop_assert!(tokens.verify(&changed).is_err());
    }

    #[test]
    fn nor_may_anything_be_cut_or_added(from: Index, to: Index, more in "[A-Za-z0-9_.=-]{0,4}") {
        let tokens = tokens();
        let token = issued(&tokens);
        let (from, to) = (from.index(token.len()), to.index(token.len() + 1));
        prop_assume!(from <= to);
        let changed = format!("{}{more}{}", &token[..from], &token[to..]);
        prop_assume!(changed != token);
        prop_assert!(tokens.verify(&changed).is_err());
    }

    #[test]
    fn parts_of_two_tokens_make_none(order in vec(0..6_usize, 3)) {
        let tokens = tokens();
        let admin = Grant::member("bert", "other", Role::Admin, TimeDelta::hours(1));
        let (one, two) = (issued(&tokens), tokens.issue(&admin).unwrap());
        let parts: Vec<&str> = one.split('.').chain(two.split('.')).collect();
        let mixed = order.iter().map(|at| parts[*at]).collect::<Vec<_>>().join(".");
        // The heads are the same.
        let whole = [one.as_str(), two.as_str()].contains(&mixed.as_str());
        prop_assert_eq!(tokens.verify(&mixed).is_ok(), whole);
    }

    #[test]
    fn garbage_is_refused(text in prop_oneof![any::<String>(), "[A-Za-z0-9_-]{0,80}\\.[A-Za-z0-9_-]{0,200}\\.[A-Za-z0-9_-]{0,60}"]) {
        prop_assert!(tokens().verify(&text).is_err());
    }

    #[test]
    fn any_end_is_understood(exp: i64) {
        let tokens = tokens();
        let mut claims = Grant::operator("ops", TimeDelta::hours(1)).claims(tokens.0.clock.now());
        claims.exp = exp;
        let token = signed(&tokens, &claims);
        let latest = tokens.0.clock.now().timestamp() - LEEWAY_S;
        prop_assert!(tokens.verify(&token).is_err() || exp > latest);
    }
}

#[test]
fn the_last_moment_of_all_is_no_panic() {
    let tokens = tokens();
    let mut claims = Grant::operator("ops", TimeDelta::hours(1)).claims(tokens.0.clock.now());
    claims.exp = chrono::DateTime::<chrono::Utc>::MAX_UTC.timestamp();
    let token = signed(&tokens, &claims);
    assert!(tokens.verify(&token).is_ok());
}
