//! A rolling restart of every role under load, with two versions of an event in flight.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use flowgrid_stack::Stack;

use crate::fleet::{Fleet, Settings};
use crate::http::Client;
use crate::ledger::{head, holds_all_of, was_handed_all};
use crate::load::{Load, headers};
use crate::next_release::NextRelease;
use crate::subscriber::Subscriber;

/// Between two roles, and before the first and after the last.
const BETWEEN: u64 = 40;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_role_restarts_under_load_and_nothing_is_lost() {
    let stack = Stack::ephemeral(|_| {}).await.unwrap();
    let settings = Settings::of(&stack);
    settings.must(&["migrate"]);
    let mut fleet = Fleet::of_two(&settings);
    let bearer = settings.token("acme");
    let mut subscribers = Vec::new();
    for at in 0..6 {
        subscribers.push(Subscriber::start(&fleet.pushes, at, &bearer, "buildings").await);
    }
    let load = Load::start("roll", 6, &fleet.apis, &bearer);
    let done = Arc::<AtomicBool>::default();
    let next = NextRelease::start(&settings, "acme").await;
    let newer = next.keep_writing(Arc::clone(&done));

    load.more(BETWEEN).await;
    // Readers before writers: nobody may write what another can't read yet.
    for role in ["relay", "project", "push", "api"] {
        tokio::task::block_in_place(|| fleet.roll(&settings, role));
        load.more(BETWEEN).await;
    }
    done.store(true, Ordering::Relaxed);
    let newer = newer.await.unwrap();
    let record = load.stop().await;
    eprintln!(
        "{} commands acknowledged, {newer} events of the next release, repeated after {:?}, longest {:?}",
        record.acknowledged.len(),
        record.repeated,
        record.longest
    );

    // This build changes what the next release wrote.
    let mut client = Client::new(&fleet.apis, 0);
    let line = "PUT /api/v1/citypulse/buildings/next-0";
    let head_before = head(settings.database(), 1).await;
    let answer = client
        .send(line, &headers(&bearer, "after"), r#"{"area": 12}"#)
        .unwrap();
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert!(answer.body.contains("next-0 3"), "{}", answer.body);

    holds_all_of(settings.database(), &record).await;
    let last = head(settings.database(), 1).await;
    assert_eq!(last, head_before + 1);
    let mut sent_away = 0;
    for subscriber in subscribers {
        let heard = subscriber.until(last).await;
        was_handed_all(settings.database(), &heard).await;
        assert!(
            heard.waits.iter().all(|wait| *wait <= 1_000),
            "{:?}",
            heard.waits
        );
        sent_away += heard.waits.len();
    }
    // Each was on one of the two processes, and both have gone away.
    assert!(sent_away >= 6, "{sent_away}");
    settings.must(&["log", "check"]);
    for model in ["buildings", "alerts"] {
        settings.must(&["projections", "verify", model]);
    }
    tokio::task::block_in_place(|| fleet.stop());
    stack.stop().await.unwrap();
}
