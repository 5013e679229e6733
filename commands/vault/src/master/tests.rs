use super::*;

const K1: &str = "k1:000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const K2: &str = "k2:ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=";

fn keys(text: &str) -> MasterKeys {
    MasterKeys::parse(text).unwrap()
}

fn both(first: &str, second: &str) -> MasterKeys {
    keys(&format!("{first}, {second}"))
}

#[test]
fn what_was_sealed_opens_with_the_same_label_and_context_alone() {
    let keys = keys(K1);
    let sealed = keys.seal("mail", "acme", b"secret").unwrap();
    assert_eq!(&**keys.open("mail", "acme", &sealed).unwrap(), b"secret");
    assert!(keys.open("mails", "acme", &sealed).is_err());
    assert!(keys.open("mail", "acm", &sealed).is_err());
    assert_ne!(sealed, keys.seal("mail", "acme", b"secret").unwrap());
}

#[test]
fn what_was_cut_or_changed_never_opens() {
    let keys = keys(K1);
    let sealed = keys.seal("mail", "acme", b"secret").unwrap();
    for length in 0..sealed.len() {
        assert!(keys.open("mail", "acme", &sealed[..length]).is_err());
    }
    for place in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[place] ^= 1;
        assert!(keys.open("mail", "acme", &changed).is_err(), "{place}");
    }
    let longer = [sealed.as_slice(), &[0]].concat();
    assert!(keys.open("mail", "acme", &longer).is_err());
}

#[test]
fn a_previous_key_opens_until_all_is_wrapped_anew() {
    let old = keys(K1).seal("mail", "acme", b"secret").unwrap();
    let rotated = both(K2, K1);
    assert_eq!(&**rotated.open("mail", "acme", &old).unwrap(), b"secret");
    let new = rotated.rewrap("mail", "acme", &old).unwrap().unwrap();
    assert_eq!(&**keys(K2).open("mail", "acme", &new).unwrap(), b"secret");
    assert_eq!(rotated.rewrap("mail", "acme", &new).unwrap(), None);
    assert!(keys(K2).open("mail", "acme", &old).is_err());
    assert!(keys(K2).rewrap("mail", "acme", &old).is_err());
}

#[test]
fn a_key_under_anothers_id_does_not_open() {
    let sealed = keys(K1).seal("mail", "acme", b"secret").unwrap();
    let imposter = keys(&K2.replace("k2:", "k1:"));
    assert!(imposter.open("mail", "acme", &sealed).is_err());
}

#[test]
fn macs_of_previous_keys_are_known() {
    let mac = keys(K1).mac("session", b"message").unwrap();
    let rotated = both(K2, K1);
    assert!(rotated.mac_matches("session", b"message", &mac));
    assert!(!rotated.mac_matches("session", b"massage", &mac));
    assert!(!rotated.mac_matches("sessions", b"message", &mac));
    assert!(!keys(K2).mac_matches("session", b"message", &mac));
}

#[test]
fn drawn_keys_differ_and_can_be_read() {
    let one = MasterKeys::draw("k1").unwrap();
    assert_eq!(keys(&one).current(), "k1");
    assert_ne!(*one, *MasterKeys::draw("k1").unwrap());
}

#[test]
fn a_wrong_setting_is_told_without_its_keys() {
    let hex = K1.trim_start_matches("k1:");
    for wrong in [
        String::new(),
        hex.to_owned(),
        format!("k1{hex}"),
        format!(":{hex}"),
        format!("K1:{hex}"),
        format!("an-id-that-is-too-long:{hex}"),
        format!("k1:{hex}00"),
        format!("k1:{}", &hex[2..]),
        format!("k1:{}zz", &hex[2..]),
        format!("{K1},{K1}"),
        format!("{K1},"),
        format!("k1:{}", "00".repeat(32)),
        (0..17)
            .map(|n| format!("k{n}:{hex}"))
            .collect::<Vec<_>>()
            .join(","),
    ] {
        let error = MasterKeys::parse(&wrong).unwrap_err().to_string();
        assert!(error.starts_with("MASTER_KEYS: "), "{error}");
        assert!(!error.contains(&hex[4..20]), "{error}");
    }
}

#[test]
fn debug_shows_ids_alone() {
    assert_eq!(format!("{:?}", both(K2, K1)), r#"MasterKeys(["k2", "k1"])"#);
}

#[test]
fn the_derivation_never_changes() {
    let mac = keys(K1).mac("label", b"message").unwrap();
    // HMAC-SHA-256(HMAC-SHA-256(key, "label"), "message"), by Python's hmac.
    assert_eq!(*crate::hex::of(&mac), "7deaeadc309ea955796db8cecc216185");
}
