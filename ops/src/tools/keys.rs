//! `flowgrid keys`

use flowgrid_api::Clock;
use flowgrid_vault::{MasterKeys, Vault};
use flowgrid_workers::mail::{Outbox, OutboxOptions};

use crate::Failure;
use crate::people::unopened;
use crate::settings::{MailSettings, master_keys, new_key, state_dir};

/// Keys sealed anew in one go, of each kind.
const AT_ONCE: u32 = 1_000;

/// Draws a key of the access tokens and says where it is.
///
/// # Errors
/// When the folder can't be written to.
pub fn new() -> Result<(), Failure> {
    let stamp = Clock::system()
        .now()
        .format("%Y%m%dT%H%M%S%3fZ")
        .to_string();
    let (file, kid) = new_key(&state_dir(), &stamp)?;
    println!("{}", file.display());
    eprintln!("key {kid}; see ops/runbooks/rotate-jwt-secret.md for what comes next");
    Ok(())
}

/// Seals everything anew that is under a previous master key, and says how much that was.
///
/// # Errors
/// When Postgres can't be reached, or something is under a key that isn't set.
pub async fn rewrap() -> Result<(), Failure> {
    let servers = super::servers()?;
    let url = servers.database()?;
    let masters = master_keys(&state_dir())?;
    let vault = Vault::open(url, masters.clone(), 2)
        .await
        .map_err(unopened)?;
    let mut sealed = 0;
    loop {
        let done = vault.rewrap(AT_ONCE).await.map_err(unopened)?;
        if done == 0 {
            break;
        }
        sealed += done;
    }
    println!("{sealed} keys sealed anew under {}", masters.current());
    tell_of_mail(url, masters).await
}

/// Mails are sealed for a short time alone, so they are left to be sent.
async fn tell_of_mail(url: &str, masters: MasterKeys) -> Result<(), Failure> {
    let links = MailSettings::from_environment()?.links;
    let outbox = Outbox::open(url, masters, OutboxOptions::new(links))?;
    let status = outbox.status().await?;
    println!(
        "{} mails wait, the oldest for {} s",
        status.waiting, status.oldest_s
    );
    eprintln!("see ops/runbooks/rotate-master-keys.md for when the key before may go");
    Ok(())
}
