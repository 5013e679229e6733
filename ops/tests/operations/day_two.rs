//! The other runbooks, step by step: another key, another log, an event that can't be read, a lost
//! NATS store.

use std::time::Duration;

use flowgrid_stack::Stack;

use crate::fleet::{Fleet, SECRET, Settings};
use crate::http::{Addresses, Answer, Client};
use crate::ledger::{connect, head, holds_all_of};
use crate::load::{Load, headers, may_repeat};
use crate::next_release::NextRelease;

const NEXT_SECRET: &str = "another secret of at least thirty-two bytes";
const PATIENCE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(200);

fn register(apis: &Addresses, at: usize, bearer: &str, id: &str) -> Answer {
    let body = format!(r#"{{"id":"{id}","name":"{id}","kind":"office"}}"#);
    Client::new(apis, at)
        .send(
            "POST /api/v1/citypulse/buildings",
            &headers(bearer, id),
            &body,
        )
        .unwrap()
}

/// Runs a tool again and again until what it says is as wanted.
async fn until_said(
    settings: &Settings,
    arguments: &[&str],
    wanted: impl Fn(&str) -> bool,
) -> String {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    loop {
        let (_, said) = settings.tool(arguments);
        if wanted(&said) {
            return said;
        }
        assert!(
            tokio::time::Instant::now() < deadline,
            "{arguments:?}: {said}"
        );
        tokio::time::sleep(PAUSE).await;
    }
}

/// `rotate-jwt-secret.md`
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_key_of_the_tokens_is_replaced_without_a_refusal() {
    let stack = Stack::ephemeral(|_| {}).await.unwrap();
    let mut settings = Settings::of(&stack);
    settings.must(&["migrate"]);
    let mut fleet = Fleet::start(&settings, &[&["relay"], &["project"], &["api"], &["api"]]);
    let old = settings.token("acme");
    // The load has the old token all the while: a refused one would fail it.
    let load = Load::start("key", 2, &fleet.apis, &old);
    load.more(10).await;

    settings.set("JWT_SECRET", NEXT_SECRET);
    settings.set("JWT_SECRET_PREVIOUS", SECRET);
    tokio::task::block_in_place(|| fleet.roll(&settings, "api"));
    let new = settings.token("acme");
    for at in 0..2 {
        assert_eq!(
            register(&fleet.apis, at, &new, &format!("new-{at}")).status,
            201
        );
    }
    load.more(10).await;
    let record = load.stop().await;
    holds_all_of(settings.database(), &record).await;

    settings.set("JWT_SECRET_PREVIOUS", "");
    tokio::task::block_in_place(|| fleet.roll(&settings, "api"));
    for at in 0..2 {
        assert_eq!(register(&fleet.apis, at, &old, "late").status, 401);
        assert_eq!(
            register(&fleet.apis, at, &new, &format!("on-{at}")).status,
            201
        );
    }
    tokio::task::block_in_place(|| fleet.stop());
    stack.stop().await.unwrap();
}

/// `add-a-log.md`
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_log_is_added_while_the_others_are_written() {
    let stack = Stack::ephemeral(|_| {}).await.unwrap();
    let settings = Settings::of(&stack);
    settings.must(&["migrate"]);
    let mut fleet = Fleet::start(
        &settings,
        &[&["relay"], &["project"], &["push"], &["api"], &["api"]],
    );
    let bearer = settings.token("acme");
    let load = Load::start("log", 2, &fleet.apis, &bearer);
    load.more(10).await;

    let mut owner = connect(settings.database()).await;
    sqlx::raw_sql("select make_log(3::smallint, 'domain')")
        .execute(&mut owner)
        .await
        .unwrap();
    // The new log is the emptiest, so the next organization is placed there. A process that is
    // older than the log says so and can be asked again.
    let newcomer = settings.token("newcomer");
    let early = register(&fleet.apis, 0, &newcomer, "first");
    assert!(may_repeat(&early), "{} {}", early.status, early.body);
    for role in ["relay", "project", "push", "api"] {
        tokio::task::block_in_place(|| fleet.roll(&settings, role));
    }
    let made = register(&fleet.apis, 1, &newcomer, "first");
    assert_eq!(made.status, 201, "{}", made.body);
    assert!(made.header("x-event-position").unwrap().starts_with("3-"));
    let read = format!(
        "Authorization: Bearer {newcomer}\r\nX-Min-Position: {}\r\n",
        made.header("x-event-position").unwrap()
    );
    let read = Client::new(&fleet.apis, 0)
        .send("GET /api/v1/citypulse/buildings/first", &read, "")
        .unwrap();
    assert_eq!(read.status, 200, "{}", read.body);

    load.more(10).await;
    let record = load.stop().await;
    holds_all_of(settings.database(), &record).await;
    until_said(&settings, &["log", "check"], |said| {
        said.contains("log 3 (domain): agree; log at 1, stream holds 1 to 1")
    })
    .await;
    settings.must(&["projections", "verify", "buildings"]);
    tokio::task::block_in_place(|| fleet.stop());
    stack.stop().await.unwrap();
}

/// `stopped-projector.md`
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_event_that_cannot_be_read_stops_its_projector_alone_and_loudly() {
    let stack = Stack::ephemeral(|_| {}).await.unwrap();
    let settings = Settings::of(&stack);
    settings.must(&["migrate"]);
    let fleet = Fleet::start(&settings, &[&["relay"], &["project"], &["api"]]);
    let bearer = settings.token("acme");
    assert_eq!(register(&fleet.apis, 0, &bearer, "before").status, 201);

    let next = NextRelease::start(&settings, "acme").await;
    let at = next
        .write("poison", 0, ("building.registered", "2.0"))
        .await;
    let said = until_said(&settings, &["projections", "list"], |said| {
        said.contains("stands still at")
    })
    .await;
    let wanted = format!("stands still at {at} of log 1: ");
    assert!(said.contains(&wanted) && said.contains("\"2.0\""), "{said}");
    assert!(!said.contains("alerts v1: stopped"), "{said}");
    // Commands go on, and what was projected is still read.
    assert_eq!(register(&fleet.apis, 0, &bearer, "after").status, 201);
    let reader = format!("Authorization: Bearer {bearer}\r\n");
    let read = |id: &str| {
        let line = format!("GET /api/v1/citypulse/buildings/{id}");
        Client::new(&fleet.apis, 0)
            .send(&line, &reader, "")
            .unwrap()
    };
    assert_eq!(read("before").status, 200);

    // A build that can read it takes its place: here the event becomes one that this build reads.
    let mut owner = connect(settings.database()).await;
    sqlx::query("update events set event_version = '1.0' where log_id = 1 and position = $1")
        .bind(at.cast_signed())
        .execute(&mut owner)
        .await
        .unwrap();
    tokio::task::block_in_place(|| fleet.stop());
    let fleet = Fleet::start(&settings, &[&["relay"], &["project"], &["api"]]);
    let head = head(settings.database(), 1).await;
    let wanted = format!("log 1 at {head} of {head}");
    until_said(&settings, &["projections", "list"], |said| {
        let follow = said.matches("log 1 at ").count();
        !said.contains("stands still") && follow > 0 && said.matches(&wanted).count() == follow
    })
    .await;
    settings.must(&["projections", "verify", "buildings"]);
    tokio::task::block_in_place(|| fleet.stop());
    stack.stop().await.unwrap();
}

/// `lost-nats-store.md`
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_lost_nats_store_is_made_again_from_the_log() {
    let mut stack = Stack::ephemeral(|_| {}).await.unwrap();
    let settings = Settings::of(&stack);
    settings.must(&["migrate"]);
    let fleet = Fleet::start(&settings, &[&["relay"], &["project"], &["push"], &["api"]]);
    let bearer = settings.token("acme");
    let subscriber =
        crate::subscriber::Subscriber::start(&fleet.pushes, 0, &bearer, "buildings").await;
    let load = Load::start("nats", 2, &fleet.apis, &bearer);
    load.more(20).await;
    stack.kill_nats().await;
    stack.wipe_nats_store().unwrap();
    // Commands don't need NATS.
    load.more(20).await;
    stack.restart_nats().await.unwrap();
    load.more(20).await;
    let record = load.stop().await;
    holds_all_of(settings.database(), &record).await;
    let head = head(settings.database(), 1).await;
    let heard = subscriber.until(head).await;
    crate::ledger::was_handed_all(settings.database(), &heard).await;
    until_said(&settings, &["log", "check"], |said| {
        said.contains(&format!("log at {head}, stream holds 1 to {head}"))
    })
    .await;
    settings.must(&["projections", "verify", "buildings"]);
    tokio::task::block_in_place(|| fleet.stop());
    stack.stop().await.unwrap();
}
