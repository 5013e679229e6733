use chrono::{DateTime, Utc};
use flowgrid_bus::Role;
use flowgrid_domain::values::Plan;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use super::*;
use crate::auth::{AUDIENCE, ISSUER, Scope};

const SECRET: &[u8] = b"a secret of at least thirty-two bytes";

fn noon() -> DateTime<Utc> {
    "2026-05-01T12:00:00Z".parse().unwrap()
}

fn tokens() -> (Tokens, Clock) {
    let clock = Clock::stopped_at(noon());
    (Tokens::new(SECRET, clock.clone()).unwrap(), clock)
}

fn anna() -> Grant {
    Grant::member("anna", "acme", Role::Manager, TimeDelta::hours(1))
}

/// A token with any header's algorithm, key and claims.
fn forged(algorithm: Algorithm, secret: &[u8], change: impl FnOnce(&mut Value)) -> String {
    let mut claims = json!({
        "sub": "anna", "org": "acme", "role": "user", "iss": ISSUER, "aud": AUDIENCE,
        "iat": noon().timestamp(), "exp": noon().timestamp() + 60,
    });
    change(&mut claims);
    encode(
        &Header::new(algorithm),
        &claims,
        &EncodingKey::from_secret(secret),
    )
    .unwrap()
}

#[test]
fn a_token_says_who_its_holder_is() {
    let (tokens, _) = tokens();
    let token = tokens.issue(&anna()).unwrap();
    // Twice: checked, then remembered.
    for _ in 0..2 {
        let principal = tokens.verify(&token).unwrap();
        let member = principal.member().unwrap();
        assert_eq!(member.tenant.slug(), "acme");
        assert_eq!(member.role, Role::Manager);
        assert!(member.scopes.allow(Scope::Read) && member.scopes.allow(Scope::Write));
        assert_eq!(principal.subject(), "anna");
        assert_eq!(principal.expires_at(), noon() + TimeDelta::hours(1));
    }
}

#[test]
fn an_operator_is_no_member() {
    let (tokens, _) = tokens();
    let grant = Grant::operator("ops", TimeDelta::hours(1));
    let principal = tokens.verify(&tokens.issue(&grant).unwrap()).unwrap();
    assert!(principal.member().is_none());
}

#[test]
fn a_token_ends_also_when_it_is_remembered() {
    let (tokens, clock) = tokens();
    let token = tokens.issue(&anna()).unwrap();
    assert!(tokens.verify(&token).is_ok());
    clock.set(noon() + TimeDelta::seconds(3600 + LEEWAY_S));
    assert_eq!(tokens.verify(&token), Err(TokenError::Expired));
}

#[test]
fn only_our_key_and_method_count() {
    let (tokens, _) = tokens();
    let verify = |token: &str| tokens.verify(token).unwrap_err();
    let other = b"another secret of thirty-two bytes!!";
    assert_eq!(
        verify(&forged(Algorithm::HS256, other, |_| {})),
        TokenError::Foreign
    );
    assert_eq!(
        verify(&forged(Algorithm::HS512, SECRET, |_| {})),
        TokenError::Foreign
    );
    for garbage in ["", "a", "a.b.c", "..", &"x".repeat(LONGEST_TOKEN + 1)] {
        assert_eq!(verify(garbage), TokenError::Malformed);
    }
}

#[test]
fn every_claim_counts() {
    let (tokens, _) = tokens();
    let with = |name: &'static str, value: Value| {
        let token = forged(Algorithm::HS256, SECRET, |claims| claims[name] = value);
        tokens.verify(&token).map(|_| ())
    };
    assert_eq!(with("sub", json!("anna")), Ok(()));
    assert_eq!(with("iss", json!("else")), Err(TokenError::Foreign));
    assert_eq!(with("aud", json!("else")), Err(TokenError::Foreign));
    assert_eq!(with("role", json!("god")), Err(TokenError::Malformed));
    assert_eq!(with("role", json!(null)), Err(TokenError::Malformed));
    assert_eq!(with("org", json!("ACME")), Err(TokenError::Malformed));
    assert_eq!(with("org", json!(null)), Err(TokenError::Malformed));
    assert_eq!(with("operator", json!(true)), Err(TokenError::Malformed));
    assert_eq!(with("sub", json!("a b")), Err(TokenError::Malformed));
    assert_eq!(with("sub", json!("")), Err(TokenError::Malformed));
    let later = noon().timestamp() + 3600;
    assert_eq!(with("iat", json!(later)), Err(TokenError::Early));
    assert_eq!(with("nbf", json!(later)), Err(TokenError::Early));
    assert_eq!(with("nbf", json!(noon().timestamp() + LEEWAY_S)), Ok(()));
    assert_eq!(with("exp", json!(0)), Err(TokenError::Expired));
    assert_eq!(with("sid", json!("7")), Err(TokenError::Malformed));
    assert_eq!(with("gen", json!(1)), Err(TokenError::Malformed));
    assert_eq!(with("plan", json!("gold")), Err(TokenError::Malformed));
}

#[test]
fn scopes_and_frontends_narrow() {
    let (tokens, _) = tokens();
    let mut grant = anna();
    grant.scopes = vec!["read".to_owned(), "swarm:work".to_owned()];
    grant.frontends = vec!["citypulse".to_owned()];
    let principal = tokens.verify(&tokens.issue(&grant).unwrap()).unwrap();
    let member = principal.member().unwrap();
    assert!(member.scopes.allow(Scope::Read) && !member.scopes.allow(Scope::Write));
    assert!(member.may_use(None) && member.may_use(Some("citypulse")));
    assert!(!member.may_use(Some("flov7")));
}

#[test]
fn a_token_names_its_session_and_its_plan() {
    let (tokens, _) = tokens();
    let session = uuid::Uuid::from_u128(7);
    let grant = anna().of_session(session, 3).with_plan(Plan::Pro);
    let principal = tokens.verify(&tokens.issue(&grant).unwrap()).unwrap();
    let member = principal.member().unwrap();
    assert_eq!(
        (member.session, member.generation),
        (Some(session), Some(3))
    );
    assert_eq!((member.plan, member.issued_at), (Plan::Pro, noon()));
    let without = tokens.verify(&tokens.issue(&anna()).unwrap()).unwrap();
    let without = without.member().unwrap();
    assert_eq!((without.session, without.plan), (None, Plan::Free));
}

#[test]
fn the_gate_is_asked_at_every_use() {
    use std::sync::atomic::{AtomicBool, Ordering};
    let open = Arc::new(AtomicBool::new(true));
    let keys = Keys::hs256(SECRET, None).unwrap();
    let gate = Arc::clone(&open);
    let clock = Clock::stopped_at(noon());
    let (_, never) = tokio::sync::watch::channel(0);
    let asked =
        move |principal: &Principal| principal.subject() != "anna" || gate.load(Ordering::SeqCst);
    let tokens = Tokens::gated(keys, clock, asked, never);
    let token = tokens.issue(&anna()).unwrap();
    let other = Grant::member("bert", "acme", Role::User, TimeDelta::hours(1));
    let other = tokens.issue(&other).unwrap();
    assert!(tokens.verify(&token).is_ok());
    open.store(false, Ordering::SeqCst);
    // Remembered, and never seen before.
    assert_eq!(tokens.verify(&token), Err(TokenError::Revoked));
    let unseen = tokens.issue(&anna().of_session(uuid::Uuid::nil(), 0));
    assert_eq!(tokens.verify(&unseen.unwrap()), Err(TokenError::Revoked));
    assert!(tokens.verify(&other).is_ok());
    open.store(true, Ordering::SeqCst);
    assert!(tokens.verify(&token).is_ok());
}

#[test]
fn a_short_secret_is_refused() {
    assert!(Tokens::new(b"short", Clock::system()).is_err());
}

#[test]
fn while_a_key_is_replaced_both_are_accepted_and_the_new_one_signs() {
    let (before, clock) = tokens();
    let next: &[u8] = b"another secret of thirty-two bytes";
    let during = Tokens::rotating(next, Some(SECRET), clock.clone()).unwrap();
    let after = Tokens::new(next, clock.clone()).unwrap();
    let old = before.issue(&anna()).unwrap();
    let new = during.issue(&anna()).unwrap();
    assert!(during.verify(&old).is_ok() && during.verify(&new).is_ok());
    assert!(after.verify(&new).is_ok());
    assert_eq!(after.verify(&old).unwrap_err(), TokenError::Foreign);
    let foreign = forged(
        Algorithm::HS256,
        b"somebody else's thirty-two bytes!",
        |_| {},
    );
    assert_eq!(during.verify(&foreign).unwrap_err(), TokenError::Foreign);
    assert!(Tokens::rotating(next, Some(b"short"), clock).is_err());
}
