//! A server that refuses, is silent, or goes away.

use std::time::Duration;

use flowgrid_tests::eventually;
use flowgrid_workers::mail::{MailRunner, RunnerOptions};

use crate::mime::header;
use crate::server::{Act, Server};
use crate::world::{ADDRESS, TOKEN, World, impatient, quick, transport, verification};

/// After this the letter arrives, once.
async fn arrives_in_spite_of(faults: &[(&'static str, Act)], options: RunnerOptions) {
    let (world, server) = (World::start().await, Server::start().await);
    for (verb, act) in faults {
        server.tell(verb, *act);
    }
    let _runner = world.run(&server.url_with("u:hunter2@", "?tls=none"), options);
    world.put(&verification()).await;
    eventually("it arrives", async || world.is_empty().await).await;
    assert!(server.has_done_all());
    assert_eq!(server.taken().len(), 1, "{faults:?}");
    let counts = world.outbox.counters().read();
    assert_eq!((counts.sent, counts.given_up), (1, 0));
    assert!(counts.failed >= u64::try_from(faults.len()).unwrap());
}

#[tokio::test]
async fn a_temporary_refusal_is_tried_again_at_every_stage() {
    let faults = [
        ("EHLO", Act::Reply("421 4.3.2 not now")),
        ("AUTH", Act::Reply("454 4.7.0 later")),
        ("MAIL", Act::Reply("421 4.3.2 closing")),
        ("RCPT", Act::Reply("451 4.7.1 greylisted")),
        ("DATA", Act::Reply("452 4.3.1 disk full")),
        (".", Act::Reply("451 4.3.0 later")),
    ];
    arrives_in_spite_of(&faults, quick()).await;
}

#[tokio::test]
async fn a_wrong_password_or_sender_costs_no_letter() {
    let faults = [
        ("AUTH", Act::Reply("535 5.7.8 wrong")),
        ("MAIL", Act::Reply("550 5.7.1 not you")),
    ];
    arrives_in_spite_of(&faults, quick()).await;
}

#[tokio::test]
async fn a_connection_that_breaks_is_made_again() {
    let faults = [
        ("EHLO", Act::Drop),
        ("MAIL", Act::Drop),
        ("RCPT", Act::Drop),
        ("DATA", Act::Drop),
        (".", Act::Drop),
    ];
    arrives_in_spite_of(&faults, quick()).await;
}

#[tokio::test]
async fn answers_that_are_none_are_tried_again() {
    let faults = [
        ("EHLO", Act::Reply("hello")),
        ("MAIL", Act::Reply("")),
        ("RCPT", Act::Reply("999 what")),
    ];
    arrives_in_spite_of(&faults, impatient()).await;
}

#[tokio::test]
async fn a_silent_server_is_left_after_the_limit() {
    let faults = [
        ("EHLO", Act::Hang),
        ("MAIL", Act::Hang),
        ("RCPT", Act::Hang),
    ];
    arrives_in_spite_of(&faults, impatient()).await;
}

#[tokio::test]
async fn a_permanent_refusal_is_the_end_and_says_nothing_of_the_person() {
    for (verb, reply, told) in [
        (
            "RCPT",
            "550 5.1.1 <anna.mueller@example.org> unknown",
            "recipient: 550 5.1.1",
        ),
        (
            ".",
            "554 anna.mueller@example.org sent t0ken-that-nobody-may-read",
            "content: 554",
        ),
    ] {
        let (world, server) = (World::start().await, Server::start().await);
        server.tell(verb, Act::Reply(reply));
        let _runner = world.run(&server.url(), quick());
        world.put(&verification()).await;
        eventually("it is given up", async || {
            world.outbox.status().await.unwrap().dead == 1
        })
        .await;
        let row = world.rows().await.remove(0);
        assert!(row.contains(&format!("\"last_error\":\"{told}\"")), "{row}");
        assert!(row.contains("\"sealed\":null"), "{row}");
        assert!(!row.contains("anna") && !row.contains(TOKEN), "{row}");
        eventually("it is counted", async || {
            world.outbox.counters().read().given_up == 1
        })
        .await;
        assert!(server.taken().is_empty());
    }
}

#[tokio::test]
async fn what_failed_past_its_age_is_given_up() {
    let (world, server) = (World::start().await, Server::start().await);
    server.tell("RCPT", Act::Reply("451 later"));
    let mut options = quick();
    options.give_up_after = Duration::ZERO;
    let _runner = world.run(&server.url(), options);
    world.put(&verification()).await;
    eventually("it is given up", async || {
        world.outbox.status().await.unwrap().dead == 1
    })
    .await;
    assert!(server.taken().is_empty());
}

#[tokio::test]
async fn a_server_that_is_away_is_waited_for() {
    let world = World::start().await;
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("smtp://{}?tls=none", taken.local_addr().unwrap());
    drop(taken);
    let runner = world.run(&url, quick());
    world.put(&verification()).await;
    eventually("it fails", async || {
        world.outbox.counters().read().failed > 1
    })
    .await;
    let row = world.rows().await.remove(0);
    assert!(row.contains("Connection refused"), "{row}");
    world.stop.send_replace(true);
    runner.join().await;
}

/// A runner in a runtime of its own, which a crash takes with it.
fn runner_that_will_crash(world: &World, url: &str) -> tokio::runtime::Runtime {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let _in = runtime.enter();
    let stop = world.stop.subscribe();
    let _runner = MailRunner::start(world.outbox.clone(), transport(url), impatient(), stop);
    runtime
}

#[tokio::test]
async fn a_crash_after_sending_sends_again_with_the_same_message_id() {
    let (world, server) = (World::start().await, Server::start().await);
    server.tell(".", Act::Hang);
    let id = world.put(&verification()).await;
    let runtime = runner_that_will_crash(&world, &server.url());
    eventually("it arrives", async || server.taken().len() == 1).await;
    runtime.shutdown_background();

    let _second = world.run(&server.url(), quick());
    eventually("it arrives again", async || server.taken().len() == 2).await;
    eventually("it is marked", async || world.is_empty().await).await;
    let expected = format!("<{}@flowgrid.example>", id.simple());
    let letters = server.taken();
    for letter in &letters {
        assert_eq!(header(&letter.data, "Message-ID"), expected);
        assert!(letter.to[0].contains(ADDRESS));
    }
    let date = |number: usize| header(&letters[number].data, "Date");
    assert_eq!(date(0), date(1));
}

#[tokio::test]
async fn a_stop_ends_within_its_limit_and_loses_nothing() {
    let (world, server) = (World::start().await, Server::start().await);
    server.tell("RCPT", Act::Hang);
    let mut options = quick();
    options.stop_limit = Duration::from_millis(100);
    options.send_limit = Duration::from_secs(2);
    options.lease = Duration::from_secs(4);
    let runner = world.run(&server.url(), options);
    world.put(&verification()).await;
    eventually("the server hangs", async || server.has_done_all()).await;
    world.stop.send_replace(true);
    runner.join().await;
    world.stop.send_replace(false);
    let _second = world.run(&server.url(), quick());
    eventually("the next one sends it", async || world.is_empty().await).await;
    assert_eq!(server.taken().len(), 1);
}
