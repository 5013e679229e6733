//! Bytes that nobody can guess.

use zeroize::Zeroizing;

use crate::VaultError;

/// `N` random bytes of the system, wiped when dropped.
///
/// # Errors
/// When the system has none.
pub(crate) fn bytes<const N: usize>() -> Result<Zeroizing<[u8; N]>, VaultError> {
    let mut drawn = Zeroizing::new([0; N]);
    getrandom::fill(drawn.as_mut_slice()).map_err(|error| VaultError::Random(error.to_string()))?;
    Ok(drawn)
}
