//! Argon2id, off the async threads.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use crate::{VaultError, random};

/// OWASP's parameters: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// How many may wait for each core: about five seconds' worth.
const WAITING_PER_CORE: usize = 200;
/// The hash of nobody's password: what is done for an account that doesn't exist.
const NOBODYS: &str = "$argon2id$v=19$m=19456,t=2,p=1$Zmxvd2dyaWQgbm9ib2R5$\
                       bm9ib2R5J3MgcGFzc3dvcmQsIG9mIG5vIGFjY291bnQ";

/// What a password was found to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub good: bool,
    /// It is good, but hashed with other parameters than today's: hash it again, now that it is known.
    pub needs_rehash: bool,
}

/// Hashes as many passwords at once as there are cores. Cheap to clone.
#[derive(Clone)]
pub struct Hasher {
    shared: Arc<Shared>,
}

struct Shared {
    cores: Arc<Semaphore>,
    waiting: AtomicUsize,
    most_waiting: usize,
}

/// A place in the queue, given back when dropped.
struct Place(Arc<Shared>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Default for Hasher {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self::with_cores(cores)
    }
}

impl Hasher {
    /// At most so many at once.
    pub fn with_cores(cores: usize) -> Self {
        Self {
            shared: Arc::new(Shared {
                cores: Arc::new(Semaphore::new(cores.max(1))),
                waiting: AtomicUsize::new(0),
                most_waiting: cores.max(1) * WAITING_PER_CORE,
            }),
        }
    }

    /// The hash to keep, as a PHC string.
    ///
    /// # Errors
    /// [`VaultError::Busy`] when too many wait; [`VaultError::Random`].
    pub async fn hash(&self, password: &str) -> Result<String, VaultError> {
        let password = Zeroizing::new(password.to_owned());
        self.work(move || hashed(&password)).await?
    }

    /// Whether it is the password. Where there is none to compare with, the same work is done.
    ///
    /// # Errors
    /// [`VaultError::Busy`] when too many wait; [`VaultError::Corrupt`] for what is no hash.
    pub async fn verify(&self, password: &str, phc: Option<&str>) -> Result<Verdict, VaultError> {
        let known = phc.is_some();
        let password = Zeroizing::new(password.to_owned());
        let phc = Zeroizing::new(phc.unwrap_or(NOBODYS).to_owned());
        let verdict = self.work(move || verified(&password, &phc)).await??;
        Ok(Verdict {
            good: verdict.good && known,
            needs_rehash: verdict.needs_rehash && known,
        })
    }

    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, VaultError> {
        let place = self.place()?;
        let cores = Arc::clone(&self.shared.cores);
        let core = cores
            .acquire_owned()
            .await
            .map_err(|_| VaultError::Busy("passwords"))?;
        tokio::task::spawn_blocking(move || {
            let _held = (place, core);
            work()
        })
        .await
        .map_err(|_| VaultError::Busy("passwords"))
    }

    fn place(&self) -> Result<Place, VaultError> {
        let place = Place(Arc::clone(&self.shared));
        let before = self.shared.waiting.fetch_add(1, Ordering::Relaxed);
        if before >= self.shared.most_waiting {
            return Err(VaultError::Busy("passwords"));
        }
        Ok(place)
    }
}

fn argon2() -> Result<Argon2<'static>, VaultError> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None)
        .map_err(|_| VaultError::Corrupt("parameters of argon2"))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hashed(password: &str) -> Result<String, VaultError> {
    let salt = SaltString::encode_b64(random::bytes::<16>()?.as_slice())
        .map_err(|_| VaultError::Corrupt("a salt"))?;
    let hash = argon2()?
        .hash_password(password.as_bytes(), &salt)
        .map_err(|_| VaultError::Corrupt("a password's hash"))?;
    Ok(hash.to_string())
}

fn verified(password: &str, phc: &str) -> Result<Verdict, VaultError> {
    let hash = PasswordHash::new(phc).map_err(|_| VaultError::Corrupt("a password's hash"))?;
    if hash.salt.is_none() || hash.hash.is_none() {
        return Err(VaultError::Corrupt("a password's hash"));
    }
    // Compares in constant time, with the parameters of the hash.
    let good = match argon2()?.verify_password(password.as_bytes(), &hash) {
        Ok(()) => true,
        Err(argon2::password_hash::Error::Password) => false,
        Err(_) => return Err(VaultError::Corrupt("a password's hash")),
    };
    Ok(Verdict {
        good,
        needs_rehash: good && !of_today(&hash),
    })
}

fn of_today(hash: &PasswordHash<'_>) -> bool {
    let params = Params::try_from(hash).ok();
    hash.algorithm == argon2::ARGON2ID_IDENT
        && hash.version == Some(Version::V0x13.into())
        && params.is_some_and(|params| {
            (params.m_cost(), params.t_cost(), params.p_cost()) == (MEMORY_KIB, PASSES, LANES)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_password_and_no_other_is_good() {
        let hasher = Hasher::default();
        let phc = hasher.hash("correct horse").await.unwrap();
        assert!(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{phc}");
        let verdict = hasher.verify("correct horse", Some(&phc)).await.unwrap();
        assert_eq!((verdict.good, verdict.needs_rehash), (true, false));
        let verdict = hasher.verify("correct house", Some(&phc)).await.unwrap();
        assert_eq!((verdict.good, verdict.needs_rehash), (false, false));
        assert_ne!(phc, hasher.hash("correct horse").await.unwrap());
    }

    #[tokio::test]
    async fn an_account_that_does_not_exist_has_no_password() {
        let hasher = Hasher::default();
        for password in ["", "nobody", "nobody's password, of no account"] {
            assert!(!hasher.verify(password, None).await.unwrap().good);
        }
        // As much work as for one that exists: the parameters are today's.
        assert!(of_today(&PasswordHash::new(NOBODYS).unwrap()));
    }

    #[tokio::test]
    async fn weaker_parameters_are_noticed() {
        let params = Params::new(8_192, 1, 1, None).unwrap();
        let weak = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let salt = SaltString::encode_b64(&[7; 16]).unwrap();
        let phc = weak.hash_password(b"old", &salt).unwrap().to_string();
        let verdict = Hasher::default().verify("old", Some(&phc)).await.unwrap();
        assert_eq!((verdict.good, verdict.needs_rehash), (true, true));
    }

    #[tokio::test]
    async fn what_is_no_hash_is_an_error() {
        let broken = Hasher::default()
            .verify("x", Some("$argon2id$nonsense"))
            .await;
        assert!(matches!(broken, Err(VaultError::Corrupt(_))));
    }

    #[tokio::test]
    async fn those_who_wait_too_many_are_sent_away() {
        let hasher = Hasher::with_cores(1);
        let places: Vec<_> = (0..WAITING_PER_CORE)
            .map(|_| hasher.place().unwrap())
            .collect();
        assert!(matches!(hasher.hash("x").await, Err(VaultError::Busy(_))));
        drop(places);
        assert!(hasher.hash("x").await.is_ok());
    }
}
