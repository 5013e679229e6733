//! Argon2id with our parameters on all cores, and nothing else.

use std::time::{Duration, Instant};

use argon2::password_hash::{PasswordHash, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};

use crate::Result;

/// A hash of today's parameters (19 MiB, two passes, one lane), as the vault makes them.
const HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$Zmxvd2dyaWQgbm9ib2R5$\
                    bm9ib2R5J3MgcGFzc3dvcmQsIG9mIG5vIGFjY291bnQ";

/// Passwords verified a second, one thread a core.
pub(crate) async fn per_second(length: Duration) -> Result<f64> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let began = Instant::now();
    let threads: Vec<_> = (0..cores)
        .map(|_| tokio::task::spawn_blocking(move || until(began + length)))
        .collect();
    let mut done = 0;
    for thread in threads {
        done += thread.await??;
    }
    Ok(f64::from(done) / began.elapsed().as_secs_f64())
}

fn until(end: Instant) -> Result<u32> {
    let params = Params::new(19_456, 2, 1, None).map_err(|error| error.to_string())?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let hash = PasswordHash::new(HASH).map_err(|error| error.to_string())?;
    let mut done = 0;
    while Instant::now() < end {
        let verdict = argon2.verify_password(b"wrong horse battery staple", &hash);
        if verdict != Err(argon2::password_hash::Error::Password) {
            return Err("argon2 did not compare the password".into());
        }
        done += 1;
    }
    Ok(done)
}
