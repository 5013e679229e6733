//! An outbox on a database of its own, and runners for it.

use std::time::Duration;

use flowgrid_log::migrate;
use flowgrid_tests::fresh_database;
use flowgrid_vault::MasterKeys;
use flowgrid_workers::mail::{
    Language, Links, Mail, MailKind, MailRunner, Outbox, OutboxOptions, Recipient, RunnerOptions,
    Transport,
};
use sqlx::{Connection, PgConnection};
use tokio::sync::watch;
use uuid::Uuid;

pub const TOKEN: &str = "t0ken-that-nobody-may-read";
pub const ADDRESS: &str = "anna.mueller@example.org";

pub struct World {
    pub url: String,
    pub outbox: Outbox,
    pub stop: watch::Sender<bool>,
}

impl World {
    pub async fn start() -> Self {
        Self::holding(10_000).await
    }

    /// With room for so many mails.
    pub async fn holding(waiting_limit: i64) -> Self {
        let url = fresh_database().await;
        migrate(&url).await.unwrap();
        let keys = MasterKeys::parse(&MasterKeys::draw("k1").unwrap()).unwrap();
        let links = Links::below("https://flowgrid.example").unwrap();
        let options = OutboxOptions {
            waiting_limit,
            ..OutboxOptions::new(links)
        };
        Self {
            outbox: Outbox::open(&url, keys, options).unwrap(),
            url,
            stop: watch::Sender::new(false),
        }
    }

    pub fn run(&self, smtp_url: &str, options: RunnerOptions) -> MailRunner {
        let transport = transport(smtp_url);
        MailRunner::start(
            self.outbox.clone(),
            transport,
            options,
            self.stop.subscribe(),
        )
    }

    pub async fn put(&self, mail: &Mail) -> Uuid {
        let id = Uuid::now_v7();
        self.outbox.put(id, mail).await.unwrap();
        id
    }

    /// As the owner of the tables.
    pub async fn owner(&self) -> PgConnection {
        PgConnection::connect(&self.url).await.unwrap()
    }

    /// The rows of the outbox as JSON text.
    pub async fn rows(&self) -> Vec<String> {
        let mut owner = self.owner().await;
        sqlx::query_scalar("select row_to_json(o)::text from mail.outbox o")
            .fetch_all(&mut owner)
            .await
            .unwrap()
    }

    /// Whether nothing waits.
    pub async fn is_empty(&self) -> bool {
        self.outbox.status().await.unwrap().waiting == 0
    }
}

pub fn transport(smtp_url: &str) -> Transport {
    let from = "Flowgrid Bürgernetz <no-reply@flowgrid.example>";
    Transport::smtp(smtp_url.parse().unwrap(), from.parse().unwrap()).unwrap()
}

/// Quick to try again, patient with a busy machine.
pub fn quick() -> RunnerOptions {
    RunnerOptions {
        look_every: Duration::from_millis(50),
        first_delay: Duration::from_millis(50),
        longest_delay: Duration::from_millis(200),
        ..RunnerOptions::default()
    }
}

/// Gives up on a silent server soon.
pub fn impatient() -> RunnerOptions {
    RunnerOptions {
        send_limit: Duration::from_millis(700),
        lease: Duration::from_millis(1_400),
        ..quick()
    }
}

pub fn verification() -> Mail {
    verification_to(ADDRESS)
}

pub fn verification_to(address: &str) -> Mail {
    Mail {
        to: Recipient::new(address, Some("Änne Müller")).unwrap(),
        kind: MailKind::VerifyEmail {
            token: TOKEN.into(),
            valid_hours: 24,
        },
        language: Language::De,
    }
}
