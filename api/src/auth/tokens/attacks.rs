//! Tokens that somebody made to be let in.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use chrono::{DateTime, Utc};
use flowgrid_bus::Role;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use super::*;
use crate::auth::{AUDIENCE, Ed25519Key, ISSUER};

const SECRET: &[u8] = b"a secret of at least thirty-two bytes";

fn noon() -> DateTime<Utc> {
    "2026-05-01T12:00:00Z".parse().unwrap()
}

fn key(seed: u8) -> Ed25519Key {
    Ed25519Key::from_seed(&[seed; 32])
}

/// Key 1 signs, key 2 has signed, and so has the secret.
fn tokens() -> Tokens {
    let keys = Keys::hs256(SECRET, None).unwrap();
    let keys = keys.with_ed25519(&key(1), &[key(2)]).unwrap();
    Tokens::with_keys(keys, Clock::stopped_at(noon()))
}

fn claims() -> Value {
    json!({
        "sub": "anna", "org": "acme", "role": "user", "iss": ISSUER, "aud": AUDIENCE,
        "iat": noon().timestamp(), "exp": noon().timestamp() + 60,
    })
}

/// Any head and claims as text, signed by a method with a key.
fn signed(head: &str, claims: &str, algorithm: Algorithm, key: &EncodingKey) -> String {
    let message = format!("{}.{}", BASE64.encode(head), BASE64.encode(claims));
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), key, algorithm).unwrap();
    format!("{message}.{signature}")
}

/// By the key that signs, under this head.
fn under(head: &Value) -> Result<Arc<Principal>, TokenError> {
    let encoding = key(1).encoding().unwrap();
    let claims = claims().to_string();
    tokens().verify(&signed(
        &head.to_string(),
        &claims,
        Algorithm::EdDSA,
        &encoding,
    ))
}

fn head() -> Value {
    json!({"alg": "EdDSA", "typ": "JWT", "kid": key(1).kid()})
}

#[test]
fn the_newest_key_signs_and_all_of_them_check() {
    let tokens = tokens();
    let grant = Grant::member("anna", "acme", Role::User, TimeDelta::hours(1));
    let token = tokens.issue(&grant).unwrap();
    let read = Head::of(&token).unwrap();
    assert_eq!(
        (&*read.alg, read.kid.as_deref()),
        ("EdDSA", Some(key(1).kid()))
    );
    assert!(tokens.verify(&token).is_ok() && under(&head()).is_ok());
    let alone = |keys| Tokens::with_keys(keys, Clock::stopped_at(noon()));
    let old = alone(Keys::ed25519(&key(2), &[]).unwrap());
    let older = alone(Keys::hs256(SECRET, None).unwrap());
    for before in [&old, &older] {
        assert!(tokens.verify(&before.issue(&grant).unwrap()).is_ok());
        assert_eq!(before.verify(&token), Err(TokenError::Foreign));
    }
}

#[test]
fn the_published_keys_hold_no_secret() {
    let set = tokens().jwks();
    let keys = set["keys"].as_array().unwrap();
    assert_eq!(keys.len(), 2);
    for (jwk, seed) in keys.iter().zip([1, 2]) {
        assert_eq!(jwk["kid"], key(seed).kid());
        assert_eq!(
            (&jwk["kty"], &jwk["crv"]),
            (&json!("OKP"), &json!("Ed25519"))
        );
        assert_eq!((&jwk["use"], &jwk["alg"]), (&json!("sig"), &json!("EdDSA")));
        assert!(jwk.get("d").is_none());
        assert!(!set.to_string().contains(&BASE64.encode([seed; 32])));
    }
}

#[test]
fn a_token_without_a_signature_is_none() {
    let claims = BASE64.encode(claims().to_string());
    for alg in ["none", "None", "NONE", "nOnE", "", " none", "null"] {
        for head in [
            json!({"alg": alg}),
            json!({"alg": alg, "kid": key(1).kid()}),
        ] {
            let head = BASE64.encode(head.to_string());
            for token in [format!("{head}.{claims}."), format!("{head}.{claims}.AA")] {
                assert_eq!(tokens().verify(&token), Err(TokenError::Foreign), "{alg}");
            }
            assert!(tokens().verify(&format!("{head}.{claims}")).is_err());
        }
    }
    for head in [
        json!({}),
        json!({"alg": null}),
        json!({"alg": ["EdDSA"]}),
        json!("EdDSA"),
    ] {
        assert_eq!(under(&head), Err(TokenError::Malformed), "{head}");
    }
}

/// The public key is no secret: whoever takes it for one must not be believed.
#[test]
fn the_public_key_signs_nothing() {
    let x = key(1).jwk()["x"].as_str().unwrap().to_owned();
    let raw = BASE64.decode(&x).unwrap();
    let der = [
        b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00".as_slice(),
        &raw,
    ]
    .concat();
    let pem = base64::engine::general_purpose::STANDARD.encode(&der);
    let pem = format!("-----BEGIN PUBLIC KEY-----\n{pem}\n-----END PUBLIC KEY-----\n");
    let guesses = [
        &raw,
        &der,
        pem.as_bytes(),
        x.as_bytes(),
        pem.trim().as_bytes(),
    ];
    let heads = [
        json!({"alg": "HS256"}),
        json!({"alg": "HS256", "kid": key(1).kid()}),
        json!({"alg": "EdDSA", "kid": key(1).kid()}),
    ];
    for guess in guesses {
        for head in &heads {
            let secret = EncodingKey::from_secret(guess);
            let claims = claims().to_string();
            let token = signed(&head.to_string(), &claims, Algorithm::HS256, &secret);
            assert!(tokens().verify(&token).is_err(), "{head}");
        }
    }
}

#[test]
fn a_key_is_bound_to_its_name_and_its_method() {
    let named = |kid: &str| under(&json!({"alg": "EdDSA", "kid": kid}));
    assert!(named(key(1).kid()).is_ok());
    // Key 2 is ours as well, but has not signed it.
    assert_eq!(named(key(2).kid()), Err(TokenError::Foreign));
    assert_eq!(named(key(3).kid()), Err(TokenError::Foreign));
    let tricks = [
        "",
        "../../../../dev/null",
        "/proc/self/environ",
        "' or '1'='1",
        "x' union select 'secret",
        "\u{0}",
        "https://evil.example/key",
    ];
    for kid in tricks {
        assert_eq!(named(kid), Err(TokenError::Foreign), "{kid}");
    }
    assert_eq!(named(&"k".repeat(10_000)), Err(TokenError::Malformed));
    assert_eq!(
        named(&key(1).kid().to_lowercase()),
        Err(TokenError::Foreign)
    );
    assert_eq!(under(&json!({"alg": "EdDSA"})), Err(TokenError::Foreign));
    for alg in ["eddsa", "Ed25519", "HS256", "ES256", "RS256"] {
        let head = json!({"alg": alg, "kid": key(1).kid()});
        assert_eq!(under(&head), Err(TokenError::Foreign), "{alg}");
    }
}

#[test]
fn a_secret_has_no_name() {
    let secret = EncodingKey::from_secret(SECRET);
    let verify = |head: Value| {
        let claims = claims().to_string();
        tokens().verify(&signed(
            &head.to_string(),
            &claims,
            Algorithm::HS256,
            &secret,
        ))
    };
    assert!(verify(json!({"alg": "HS256"})).is_ok());
    for kid in ["", "HS256", key(1).kid()] {
        let head = json!({"alg": "HS256", "kid": kid});
        assert_eq!(verify(head), Err(TokenError::Foreign));
    }
}

#[test]
fn a_head_brings_no_key_and_no_extension() {
    let jwk = key(9).jwk();
    let more = [
        ("jwk", jwk.clone()),
        ("jku", json!("https://evil.example/jwks.json")),
        ("x5u", json!("https://evil.example/x5u")),
        ("x5c", json!(["MIIB"])),
        ("x5t", json!("AA")),
        ("crit", json!(["b64"])),
        ("crit", json!([])),
        ("b64", json!(false)),
        ("cty", json!("JWT")),
        ("zip", json!("DEF")),
        ("nonce", json!("x")),
        ("", json!(1)),
    ];
    for (name, value) in more {
        let mut with = head();
        with[name] = value;
        assert_eq!(under(&with), Err(TokenError::Malformed), "{name}");
    }
    for typ in [
        json!("jwt"),
        json!("JWS"),
        json!("at+jwt"),
        json!(""),
        json!(7),
    ] {
        let mut with = head();
        with["typ"] = typ;
        assert_eq!(under(&with), Err(TokenError::Malformed));
    }
}

#[test]
fn a_name_stands_once() {
    let (encoding, kid) = (key(1).encoding().unwrap(), key(1).kid().to_owned());
    let verify = |head: &str, claims: &str| {
        tokens().verify(&signed(head, claims, Algorithm::EdDSA, &encoding))
    };
    let head = head().to_string();
    let good = claims().to_string();
    assert!(verify(&head, &good).is_ok());
    let twice = format!(r#"{{"alg":"EdDSA","alg":"EdDSA","kid":"{kid}"}}"#);
    assert_eq!(verify(&twice, &good), Err(TokenError::Malformed));
    let named = format!(r#"{{"alg":"EdDSA","kid":"{kid}","kid":"{kid}"}}"#);
    assert_eq!(verify(&named, &good), Err(TokenError::Malformed));
    for more in [
        r#""role":"admin""#,
        r#""org":"other""#,
        r#""sub":"bert""#,
        r#""exp":9999999999"#,
    ] {
        let twice = good.replacen('{', &format!("{{{more},"), 1);
        assert_eq!(verify(&head, &twice), Err(TokenError::Malformed), "{more}");
    }
}

#[test]
fn nothing_is_read_that_is_too_long() {
    let encoding = key(1).encoding().unwrap();
    let mut long = claims();
    long["more"] = json!("x".repeat(LONGEST_TOKEN));
    let token = signed(
        &head().to_string(),
        &long.to_string(),
        Algorithm::EdDSA,
        &encoding,
    );
    assert_eq!(tokens().verify(&token), Err(TokenError::Malformed));
}

/// A token says in which organization it counts; another one's name can't be put in.
#[test]
fn another_organization_needs_another_signature() {
    let tokens = tokens();
    let grant = Grant::member("anna", "acme", Role::User, TimeDelta::hours(1));
    let token = tokens.issue(&grant).unwrap();
    let parts: Vec<&str> = token.split('.').collect();
    let claims = String::from_utf8(BASE64.decode(parts[1]).unwrap()).unwrap();
    let claims = BASE64.encode(claims.replace("acme", "other"));
    let moved = format!("{}.{claims}.{}", parts[0], parts[2]);
    assert_eq!(tokens.verify(&moved), Err(TokenError::Foreign));
    let member = tokens.verify(&token).unwrap();
    assert_eq!(member.member().unwrap().tenant.slug(), "acme");
}

#[test]
fn a_header_of_the_library_alone_is_not_enough() {
    // What the library would write by itself for an unnamed Ed25519 key.
    let encoding = key(1).encoding().unwrap();
    let token = encode(&Header::new(Algorithm::EdDSA), &claims(), &encoding).unwrap();
    assert_eq!(tokens().verify(&token), Err(TokenError::Foreign));
}
