//! Recovery codes: ten, each good once in place of the authenticator.

use uuid::Uuid;
use zeroize::Zeroizing;

use crate::scope::Scope;
use crate::transaction::VaultTx;
use crate::{Vault, VaultError, random};

const CODES: usize = 10;
/// Letters of a code, 5 bits each: without i, l, o and u, which are misread.
const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const LENGTH: usize = 10;

impl Vault {
    /// Uses up a recovery code; answers how many are left, `None` where it isn't good. Only where
    /// the second factor is on.
    ///
    /// # Errors
    /// [`VaultError::Unavailable`].
    pub async fn use_recovery_code(
        &self,
        person: Uuid,
        code: &str,
    ) -> Result<Option<u32>, VaultError> {
        let hash = self.hash_of(person, code);
        let mut tx = self.begin(Scope::person(person)).await?;
        let used = sqlx::query(
            "delete from vault.recovery_codes where person = $1 and hash = $2 \
             and exists (select from vault.totp where person = $1 and enabled)",
        )
        .bind(person)
        .bind(hash)
        .execute(&mut *tx)
        .await?;
        if used.rows_affected() == 0 {
            return Ok(None);
        }
        let left: i64 =
            sqlx::query_scalar("select count(*) from vault.recovery_codes where person = $1")
                .bind(person)
                .fetch_one(&mut *tx)
                .await?;
        tx.commit().await?;
        Ok(u32::try_from(left).ok())
    }

    /// New codes in place of those there were.
    ///
    /// # Errors
    /// [`VaultError::Unavailable`].
    pub async fn new_recovery_codes(
        &self,
        person: Uuid,
    ) -> Result<Vec<Zeroizing<String>>, VaultError> {
        let mut tx = self.begin(Scope::person(person)).await?;
        let codes = self.replace_recovery_codes(&mut tx, person).await?;
        tx.commit().await?;
        Ok(codes)
    }

    pub(crate) async fn replace_recovery_codes(
        &self,
        tx: &mut VaultTx,
        person: Uuid,
    ) -> Result<Vec<Zeroizing<String>>, VaultError> {
        let codes = (0..CODES).map(|_| code()).collect::<Result<Vec<_>, _>>()?;
        let hashes: Vec<Vec<u8>> = codes
            .iter()
            .map(|code| self.hash_of(person, code))
            .collect();
        sqlx::query("delete from vault.recovery_codes where person = $1")
            .bind(person)
            .execute(&mut **tx)
            .await?;
        sqlx::query(
            "insert into vault.recovery_codes (person, hash) select $1::uuid, unnest($2::bytea[])",
        )
        .bind(person)
        .bind(hashes)
        .execute(&mut **tx)
        .await?;
        Ok(codes)
    }

    /// Keyed, because fifty bits could be guessed by who has nothing but the table.
    fn hash_of(&self, person: Uuid, code: &str) -> Vec<u8> {
        let plain = |c: &char| c.is_ascii_alphanumeric();
        let mut message = Zeroizing::new(person.as_bytes().to_vec());
        let code = code.chars().filter(plain).take(64);
        message.extend(code.map(|c| c.to_ascii_lowercase() as u8));
        self.index("recovery-code", &message).to_vec()
    }
}

/// `4f8k2-9xq7d`
fn code() -> Result<Zeroizing<String>, VaultError> {
    let drawn = random::bytes::<LENGTH>()?;
    let mut code = Zeroizing::new(String::with_capacity(LENGTH + 1));
    for (place, byte) in drawn.iter().enumerate() {
        if place == LENGTH / 2 {
            code.push('-');
        }
        code.push(char::from(LETTERS[usize::from(byte & 31)]));
    }
    Ok(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_can_be_read_aloud_and_differ() {
        let one = code().unwrap();
        assert_eq!((one.len(), one.find('-')), (11, Some(5)));
        assert_ne!(*one, *code().unwrap());
    }
}
