//! Argon2id, off the async threads.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use argon2::password_hash::{Output, PasswordHash, Salt, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use super::memory::Kept;
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

const NO_HASH: VaultError = VaultError::Corrupt("a password's hash");

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
    memory: Arc<Kept>,
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
                memory: Arc::default(),
            }),
        }
    }

    /// The hash to keep, as a PHC string.
    ///
    /// # Errors
    /// [`VaultError::Busy`] when too many wait; [`VaultError::Random`].
    pub async fn hash(&self, password: &str) -> Result<String, VaultError> {
        let password = Zeroizing::new(password.to_owned());
        self.work(move |memory| hashed(&password, memory)).await?
    }

    /// Whether it is the password. Where there is none to compare with, the same work is done.
    ///
    /// # Errors
    /// [`VaultError::Busy`] when too many wait; [`VaultError::Corrupt`] for what is no hash.
    pub async fn verify(&self, password: &str, phc: Option<&str>) -> Result<Verdict, VaultError> {
        let known = phc.is_some();
        let password = Zeroizing::new(password.to_owned());
        let phc = Zeroizing::new(phc.unwrap_or(NOBODYS).to_owned());
        let verdict = self
            .work(move |memory| verified(&password, &phc, memory))
            .await??;
        Ok(Verdict {
            good: verdict.good && known,
            needs_rehash: verdict.needs_rehash && known,
        })
    }

    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Kept) -> T + Send + 'static,
    ) -> Result<T, VaultError> {
        let place = self.place()?;
        let cores = Arc::clone(&self.shared.cores);
        let core = cores
            .acquire_owned()
            .await
            .map_err(|_| VaultError::Busy("passwords"))?;
        let memory = Arc::clone(&self.shared.memory);
        memory.watch();
        tokio::task::spawn_blocking(move || {
            let _held = (place, core);
            work(&memory)
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

fn params() -> Result<Params, VaultError> {
    Params::new(MEMORY_KIB, PASSES, LANES, None)
        .map_err(|_| VaultError::Corrupt("parameters of argon2"))
}

fn hashed(password: &str, memory: &Kept) -> Result<String, VaultError> {
    let salt = SaltString::encode_b64(random::bytes::<16>()?.as_slice())
        .map_err(|_| VaultError::Corrupt("a salt"))?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params()?);
    let output = output(&argon2, password, salt.as_salt(), memory)?;
    let hash = PasswordHash {
        algorithm: argon2::ARGON2ID_IDENT,
        version: Some(Version::V0x13.into()),
        params: argon2.params().try_into().map_err(|_| NO_HASH)?,
        salt: Some(salt.as_salt()),
        hash: Some(output),
    };
    Ok(hash.to_string())
}

fn verified(password: &str, phc: &str, memory: &Kept) -> Result<Verdict, VaultError> {
    let hash = PasswordHash::new(phc).map_err(|_| NO_HASH)?;
    let (Some(salt), Some(expected)) = (hash.salt, hash.hash) else {
        return Err(NO_HASH);
    };
    let found = output(&argon2_of(&hash)?, password, salt, memory)?;
    // Compares in constant time.
    let good = found == expected;
    Ok(Verdict {
        good,
        needs_rehash: good && !of_today(&hash),
    })
}

/// With the parameters of a hash.
fn argon2_of(hash: &PasswordHash<'_>) -> Result<Argon2<'static>, VaultError> {
    let algorithm = Algorithm::try_from(hash.algorithm).map_err(|_| NO_HASH)?;
    let version = hash
        .version
        .map_or(Ok(Version::default()), Version::try_from);
    let params = Params::try_from(hash).map_err(|_| NO_HASH)?;
    Ok(Argon2::new(
        algorithm,
        version.map_err(|_| NO_HASH)?,
        params,
    ))
}

fn output(
    argon2: &Argon2<'_>,
    password: &str,
    salt: Salt<'_>,
    memory: &Kept,
) -> Result<Output, VaultError> {
    let mut bytes = [0; Salt::MAX_LENGTH];
    let salt = salt.decode_b64(&mut bytes).map_err(|_| NO_HASH)?;
    let params = argon2.params();
    let length = params.output_len().unwrap_or(Params::DEFAULT_OUTPUT_LEN);
    let mut piece = memory.take(params.block_count());
    let output = Output::init_with(length, |out| {
        Ok(argon2.hash_password_into_with_memory(password.as_bytes(), salt, out, &mut piece)?)
    });
    memory.put(piece);
    output.map_err(|_| NO_HASH)
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
    use argon2::password_hash::{PasswordHasher, PasswordVerifier};

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
    async fn a_hash_is_what_everybody_else_makes_of_the_password() {
        let hasher = Hasher::with_cores(1);
        // One after the other, in the same memory.
        for password in ["correct horse", "", "battery staple"] {
            let phc = hasher.hash(password).await.unwrap();
            let hash = PasswordHash::new(&phc).unwrap();
            let plain = Argon2::default();
            assert_eq!(plain.verify_password(password.as_bytes(), &hash), Ok(()));
            let theirs = plain.hash_password(password.as_bytes(), hash.salt.unwrap());
            assert_eq!(theirs.unwrap().to_string(), phc);
        }
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
