//! What stands behind people: the master keys, and mails that wait.

use std::path::Path;

use flowgrid_vault::{MasterKeys, Vault, VaultError};
use flowgrid_workers::mail::{MailError, Outbox, OutboxOptions, OutboxStatus};

use super::Finding;
use crate::settings::{MailSettings, master_keys};

/// A mail that has waited longer is late, in seconds.
const LATE_S: i64 = 600;
const KEYS: &str = "master keys";
const MAILS: &str = "mails";

pub(super) async fn examine(url: &str, state: &Path) -> Vec<Finding> {
    match master_keys(state) {
        Ok(masters) => vec![keys(url, masters.clone()).await, mails(url, masters).await],
        Err(error) => vec![Finding::bad(
            KEYS,
            error.to_string(),
            "set MASTER_KEYS, the same for every process",
        )],
    }
}

/// Whether they open what is sealed in this database.
async fn keys(url: &str, masters: MasterKeys) -> Finding {
    let current = masters.current().to_owned();
    match Vault::open(url, masters, 1).await {
        Ok(_) => Finding::fine(KEYS, format!("{current} seals, all of them open")),
        Err(error @ VaultError::Unopenable(_)) => Finding::bad(
            KEYS,
            error.to_string(),
            "set MASTER_KEYS to those that this database was sealed with",
        ),
        Err(error) => Finding::bad(KEYS, error.to_string(), "run `flowgrid migrate`"),
    }
}

async fn mails(url: &str, masters: MasterKeys) -> Finding {
    let settings = match MailSettings::from_environment() {
        Ok(settings) => settings,
        Err(error) => {
            return Finding::bad(MAILS, error.to_string(), "correct the variable it names");
        }
    };
    let options = OutboxOptions::new(settings.links);
    let status = async { Outbox::open(url, masters, options)?.status().await };
    match status.await {
        Ok(status) => waiting(status),
        Err(error) => unread(&error),
    }
}

fn waiting(status: OutboxStatus) -> Finding {
    let OutboxStatus {
        waiting,
        oldest_s,
        dead,
    } = status;
    let found = format!("{waiting} wait, the oldest for {oldest_s} s; {dead} given up in 30 days");
    if waiting > 0 && oldest_s > LATE_S {
        let remedy = "set SMTP_URL, or see in the log why the mail server takes none";
        return Finding::warn(MAILS, found, remedy);
    }
    Finding::fine(MAILS, found)
}

fn unread(error: &MailError) -> Finding {
    Finding::bad(MAILS, error.to_string(), "run `flowgrid migrate`")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Verdict;

    #[test]
    fn mails_that_wait_long_are_worth_a_word() {
        let status = |waiting, oldest_s| OutboxStatus {
            waiting,
            oldest_s,
            dead: 2,
        };
        assert_eq!(waiting(status(0, 0)).verdict, Verdict::Fine);
        assert_eq!(waiting(status(3, LATE_S)).verdict, Verdict::Fine);
        let late = waiting(status(3, LATE_S + 1));
        assert_eq!(late.verdict, Verdict::Warning);
        assert!(late.found.contains("2 given up"));
    }
}
