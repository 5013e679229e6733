//! Who has a letter, and whose word counts.

use flowgrid_log::migrate;
use flowgrid_tests::{eventually, fresh_database};
use flowgrid_vault::MasterKeys;

use super::*;
use crate::mail::{Language, Links, Mail, MailKind, OutboxOptions, Recipient};

const LONG: Duration = Duration::from_secs(600);

async fn outbox_with_a_mail() -> Outbox {
    let url = fresh_database().await;
    migrate(&url).await.unwrap();
    let keys = MasterKeys::parse(&MasterKeys::draw("k1").unwrap()).unwrap();
    let links = Links::below("https://example.org").unwrap();
    let outbox = Outbox::open(&url, keys, OutboxOptions::new(links)).unwrap();
    let mail = Mail {
        to: Recipient::new("anna@example.org", None).unwrap(),
        kind: MailKind::AlreadyRegistered,
        language: Language::En,
    };
    outbox.put(Uuid::now_v7(), &mail).await.unwrap();
    outbox
}

async fn take_one(outbox: &Outbox, lease: Duration) -> Option<Leased> {
    outbox.take(5, lease).await.unwrap().pop()
}

#[tokio::test]
async fn a_letter_is_nobody_elses_while_its_lease_lasts() {
    let outbox = outbox_with_a_mail().await;
    assert!(take_one(&outbox, LONG).await.is_some());
    assert!(take_one(&outbox, LONG).await.is_none());
}

#[tokio::test]
async fn what_a_late_attempt_says_is_ignored() {
    let outbox = outbox_with_a_mail().await;
    let late = take_one(&outbox, Duration::ZERO).await.unwrap();
    let present = take_one(&outbox, LONG).await.unwrap();
    assert_eq!((late.attempt, present.attempt), (1, 2));

    let options = RunnerOptions::default();
    let error = SendError::permanent("late");
    let said = outbox.failed(&late, &error, &options).await.unwrap();
    assert_eq!(said, Afterwards::NotOurs);
    outbox.sent(&late).await.unwrap();
    assert_eq!(outbox.status().await.unwrap().waiting, 1);

    outbox.sent(&present).await.unwrap();
    assert_eq!(outbox.status().await.unwrap().waiting, 0);
    let said = outbox.failed(&present, &error, &options).await.unwrap();
    assert_eq!(said, Afterwards::NotOurs, "it is sent");
}

#[tokio::test]
async fn a_letter_that_failed_is_due_again_after_its_wait() {
    let outbox = outbox_with_a_mail().await;
    let options = RunnerOptions {
        first_delay: Duration::from_millis(20),
        ..RunnerOptions::default()
    };
    let leased = take_one(&outbox, LONG).await.unwrap();
    let error = SendError::temporary("x".repeat(500));
    let said = outbox.failed(&leased, &error, &options).await.unwrap();
    assert_eq!(said, Afterwards::TriedAgain);
    eventually("it is due", async || {
        take_one(&outbox, LONG).await.is_some()
    })
    .await;
}
