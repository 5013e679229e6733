//! Without the environment, which all tests of a process share.

use flowgrid_api::Clock;
use flowgrid_api::auth::{Grant, Tokens};

use super::*;

fn state() -> PathBuf {
    let name = format!("flowgrid-keys-{:016x}", rand::random::<u64>());
    let state = std::env::temp_dir().join(name);
    std::fs::create_dir_all(&state).unwrap();
    state
}

fn kids(keys: &Keys) -> Vec<String> {
    let set = keys.jwks();
    let kid = |key: &serde_json::Value| key["kid"].as_str().unwrap().to_owned();
    set["keys"].as_array().unwrap().iter().map(kid).collect()
}

#[test]
fn a_key_is_drawn_once_and_its_owner_alone_reads_it() {
    let state = state();
    let folder = of_state(&state);
    assert!(together(None, &folder).unwrap().is_none());
    private_folder(&folder).unwrap();
    let kid = keep_new(&folder, "first.pem").unwrap();
    let again = keep_new(&folder, "first.pem").unwrap_err();
    assert_eq!(again.kind(), ErrorKind::AlreadyExists);
    assert_eq!(kids(&together(None, &folder).unwrap().unwrap()), [kid]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&folder), 0o700);
        assert_eq!(mode(&folder.join("first.pem")), 0o600);
    }
    // Nothing half-written is left beside it.
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1);
    std::fs::remove_dir_all(state).unwrap();
}

#[test]
fn the_last_name_signs_unless_it_is_not_yet_its_turn() {
    let folder = state();
    let old = keep_new(&folder, "key-2026-01.pem").unwrap();
    let new = keep_new(&folder, "key-2026-02.pem").unwrap();
    let next = keep_new(&folder, "key-2026-03.next.pem").unwrap();
    std::fs::write(folder.join("readme.txt"), "not a key").unwrap();
    let secret = Some("a secret of at least thirty-two bytes".to_owned());
    // The first in the set is the one that signs.
    let keys = together(secret, &folder).unwrap().unwrap();
    assert_eq!(kids(&keys), [&*new, &*old, &*next]);
    let turn = folder.join("key-2026-03.pem");
    std::fs::rename(folder.join("key-2026-03.next.pem"), turn).unwrap();
    let keys = together(None, &folder).unwrap().unwrap();
    assert_eq!(kids(&keys), [&*next, &*old, &*new]);
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn before_its_turn_a_key_is_known_beside_the_secret() {
    let folder = state();
    let next = keep_new(&folder, "key-1.next.pem").unwrap();
    assert!(together(None, &folder).unwrap().is_none());
    let secret = "a secret of at least thirty-two bytes".to_owned();
    let keys = together(Some(secret.clone()), &folder).unwrap().unwrap();
    assert_eq!(kids(&keys), [next]);
    let clock = || Clock::stopped_at(chrono::DateTime::UNIX_EPOCH);
    let grant = Grant::operator("ops", chrono::TimeDelta::hours(1));
    let token = Tokens::with_keys(keys, clock()).issue(&grant).unwrap();
    let alone = Tokens::new(secret.as_bytes(), clock()).unwrap();
    assert!(alone.verify(&token).is_ok());
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_file_that_holds_no_key_stops_the_start_and_is_not_repeated() {
    let folder = state();
    std::fs::write(folder.join("a.pem"), "hush hush").unwrap();
    let error = together(None, &folder).err().unwrap().to_string();
    assert!(
        error.contains("a.pem") && error.contains("JWT_KEYS_DIR"),
        "{error}"
    );
    assert!(!error.contains("hush"), "{error}");
    std::fs::remove_dir_all(folder).unwrap();
}
