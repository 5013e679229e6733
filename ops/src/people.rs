//! What a process does for people: checks whether they may still come in, and what happens besides
//! requests to their secrets and to mail.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use flowgrid_api::auth::{Keys, Principal, Tokens};
use flowgrid_api::files::{Atelier, Files};
use flowgrid_api::{Clock, People};
use flowgrid_commands::Commands;
use flowgrid_log::{LogInfo, LogKind, LogStore, Tails};
use flowgrid_projections::{ProjectionAdmin, ReadModels};
use flowgrid_vault::{Follow, Hasher, MasterKeys, Revocations, Vault, VaultError};
use flowgrid_workers::closing::Closer;
use flowgrid_workers::mail::{
    MailRunner, Mailbox, Outbox, OutboxOptions, RunnerOptions, Transport,
};
use flowgrid_workers::outside::Outside;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{interval, timeout};

use crate::Failure;
use crate::settings::MailSettings;

/// Connections of a process to the vault.
const VAULT_CONNECTIONS: u32 = 8;
/// How long a revocation is kept at least.
const REVOCATIONS_KEPT: Duration = Duration::from_secs(24 * 60 * 60);
/// How often the vault is rid of what is past its time.
const SWEEP_EVERY: Duration = Duration::from_secs(600);
/// Where a sweep took as many rows, there are more.
const FULL_SWEEP: u64 = 5_000;

/// Whatever a process must know to serve people.
pub struct PeopleSettings {
    pub masters: MasterKeys,
    /// Needed where people are served.
    pub files: Option<Files>,
    pub mail: MailSettings,
    /// Without a mail server, mails are kept where everybody can read them (`/dev/mailbox`).
    pub mailbox: bool,
    /// Calls services that people have connected.
    pub outside: Outside,
}

/// Who may not come in any more though the token is good.
pub(crate) struct Gate {
    vault: Vault,
    revocations: Revocations,
}

impl Gate {
    /// `access` is how long an access token is good for.
    ///
    /// # Errors
    /// When the database can't be reached, or its secrets don't open with these master keys.
    pub(crate) async fn open(
        url: &str,
        masters: &MasterKeys,
        access: TimeDelta,
        stop: watch::Receiver<bool>,
    ) -> Result<Self, Failure> {
        let twice = access.to_std().unwrap_or_default() * 2;
        let kept = REVOCATIONS_KEPT.max(twice);
        let vault = Vault::open_keeping(url, masters.clone(), VAULT_CONNECTIONS, kept)
            .await
            .map_err(unopened)?;
        let revocations = Revocations::start(vault.clone(), stop).await?;
        Ok(Self { vault, revocations })
    }

    /// Tokens that are refused once they are revoked.
    pub(crate) fn tokens(&self, keys: Keys) -> Tokens {
        let revocations = self.revocations.clone();
        let closings = revocations.changes();
        let admits = move |principal: &Principal| {
            let bearer = principal.bearer();
            !bearer.is_some_and(|bearer| revocations.refuses(&bearer))
        };
        Tokens::gated(keys, Clock::system(), admits, closings)
    }
}

/// Says which setting is wrong.
pub(crate) fn unopened(error: VaultError) -> Failure {
    match error {
        VaultError::Unopenable(_) => Failure::new(format!(
            "MASTER_KEYS: not those that this database was sealed with: {error}"
        )),
        error => error.into(),
    }
}

/// What goes on besides requests, and what they need of it.
pub(crate) struct Upkeep {
    people: People,
    /// Where mails are kept for everybody to read, if they are.
    mailbox: Option<Mailbox>,
    follows: Vec<Follow>,
    sweeper: JoinHandle<()>,
    closer: JoinHandle<()>,
    runner: Option<MailRunner>,
}

impl Upkeep {
    /// Applies the identity logs to the vault, sweeps it, closes organizations that are due, and sends
    /// mail.
    ///
    /// # Errors
    /// When a setting can't be used.
    pub(crate) fn start(
        url: &str,
        settings: &PeopleSettings,
        gate: &Gate,
        (store, tails): (&LogStore, &Tails),
        (commands, projections, read): (&Commands, &ProjectionAdmin, &ReadModels),
        stop: &watch::Sender<bool>,
    ) -> Result<Self, Failure> {
        let options = OutboxOptions::new(settings.mail.links.clone());
        let outbox = Outbox::open(url, settings.masters.clone(), options)?;
        let closer = Closer {
            commands: commands.clone(),
            vault: gate.vault.clone(),
            projections: projections.clone(),
            read: read.clone(),
            outbox: outbox.clone(),
        };
        let mailbox = mailbox(url, settings)?;
        let transport = match &mailbox {
            Some(mailbox) => Some(Transport::mailbox(mailbox.clone())),
            None => settings.mail.transport()?,
        };
        if transport.is_none() {
            tracing::warn!("SMTP_URL is not set: mails wait in the outbox");
        }
        let runner = transport.map(|transport| {
            let options = RunnerOptions::default();
            MailRunner::start(outbox.clone(), transport, options, stop.subscribe())
        });
        let people = People {
            vault: gate.vault.clone(),
            hasher: Hasher::default(),
            outbox,
            files: settings.files.clone(),
            atelier: Atelier::default(),
            outside: settings.outside.clone(),
        };
        Ok(Self {
            people,
            mailbox,
            follows: follows(&gate.vault, store, tails, stop),
            sweeper: tokio::spawn(sweep(gate.vault.clone(), stop.subscribe())),
            closer: tokio::spawn(closer.run(|| Clock::system().now(), stop.subscribe())),
            runner,
        })
    }

    pub(crate) fn people(&self) -> People {
        self.people.clone()
    }

    pub(crate) fn mailbox(&self) -> Option<Mailbox> {
        self.mailbox.clone()
    }

    /// Until all of it has ended after `stop`, or the limit has passed.
    pub(crate) async fn join(self, limit: Duration) {
        let ended = async {
            for follow in self.follows {
                follow.stopped().await;
            }
            let _ = self.sweeper.await; // it has logged what went wrong
            let _ = self.closer.await;
            if let Some(runner) = self.runner {
                runner.join().await;
            }
        };
        let _ = timeout(limit, ended).await;
    }
}

/// Where mails are kept that nobody sends.
fn mailbox(url: &str, settings: &PeopleSettings) -> Result<Option<Mailbox>, Failure> {
    if settings.mail.smtp.is_some() || !settings.mailbox {
        return Ok(None);
    }
    Ok(Some(Mailbox::open(url)?))
}

fn follows(
    vault: &Vault,
    store: &LogStore,
    tails: &Tails,
    stop: &watch::Sender<bool>,
) -> Vec<Follow> {
    let identity = |info: LogInfo| info.kind == LogKind::Identity;
    tails
        .iter()
        .filter(|tail| identity(tail.info()))
        .map(|tail| {
            Follow::start(
                vault.clone(),
                store.clone(),
                Arc::clone(tail),
                stop.subscribe(),
            )
        })
        .collect()
}

/// Deletes what is past its time, now and then.
async fn sweep(vault: Vault, mut stop: watch::Receiver<bool>) {
    let mut times = interval(SWEEP_EVERY);
    loop {
        tokio::select! {
            _ = times.tick() => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
        while !*stop.borrow() {
            match vault.sweep(Clock::system().now()).await {
                Ok(swept) if swept >= FULL_SWEEP => {}
                Ok(_) => break,
                Err(error) => {
                    tracing::warn!(%error, "the vault can't be swept");
                    break;
                }
            }
        }
    }
}
