//! Commands against the log: who meets whom, and what a repeat gets.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use chrono::{DateTime, Utc};
use flowgrid_bus::{Role, Tenant};
use flowgrid_commands::{
    At, Caller, CommandError, Commands, CommandsOptions, Idempotency, OutcomeKind, Request,
};
use flowgrid_domain::Rejection;
use flowgrid_domain::alerts::{Alert, AlertCommand, PersonId, read_raise};
use flowgrid_domain::buildings::{Building, BuildingCommand, read_change, read_registration};
use flowgrid_domain::values::AlertId;
use flowgrid_tests::TestLog;
use serde_json::{Value, json};
use sqlx::Connection;

fn commands(test: &TestLog) -> Commands {
    let log = test.domain();
    let appender = test.appender(log, &TestLog::feed(), false);
    let appenders = [(log.id, appender)].into();
    Commands::new(CommandsOptions {
        store: test.store.clone(),
        appenders,
        remembered: 1_000,
    })
}

fn caller(tenant: &str, actor: &str) -> Caller {
    Caller {
        tenant: Tenant::from_slug(tenant).unwrap(),
        actor: actor.into(),
        role: Role::Manager,
        request_id: None,
        traceparent: None,
        frontend: None,
    }
}

fn request<C>(id: &str, command: C) -> Request<C> {
    Request {
        id: id.into(),
        command,
        if_match: None,
        idempotency: None,
        status: 200,
        follow_claim: false,
    }
}

fn keyed<C>(id: &str, command: C, key: &str, fingerprint: &str) -> Request<C> {
    let idempotency = Some(Idempotency {
        key: key.into(),
        fingerprint: fingerprint.into(),
    });
    Request {
        idempotency,
        status: 201,
        ..request(id, command)
    }
}

fn register(name: &str) -> BuildingCommand {
    let body = json!({ "name": name });
    BuildingCommand::Register(
        read_registration(body.as_object().unwrap())
            .unwrap()
            .register,
    )
}

fn change(body: &Value) -> BuildingCommand {
    BuildingCommand::Change(read_change(body.as_object().unwrap()).unwrap())
}

fn raise() -> Request<AlertCommand> {
    let id = uuid::Uuid::now_v7().to_string();
    let body = json!({
        "alertType": "overload", "severity": "high", "title": "Too much",
        "source": {"kind": "sensor", "id": "s1"},
    });
    let at: DateTime<Utc> = "2026-01-01T00:00:00Z".parse().unwrap();
    let raise = read_raise(body.as_object().unwrap(), &AlertId::parse(&id).unwrap(), at).unwrap();
    Request {
        follow_claim: true,
        ..request(&id, AlertCommand::Raise(raise))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_alert_is_open_however_many_raise_it_at_once() {
    let test = TestLog::start().await;
    let processes = [commands(&test), commands(&test)];
    let mut tasks = Vec::new();
    for n in 0..80 {
        let commands = processes[n % 2].clone();
        tasks.push(tokio::spawn(async move {
            commands
                .execute::<Alert>(&caller("acme", "u"), raise())
                .await
        }));
    }
    let mut ids = std::collections::BTreeSet::new();
    let mut counts = std::collections::BTreeSet::new();
    for task in tasks {
        let outcome = task.await.unwrap().unwrap();
        counts.insert(outcome.state.facts().unwrap().count);
        ids.insert(outcome.id);
    }
    assert_eq!(ids.len(), 1, "{ids:?}");
    assert_eq!(counts, (1..=80).collect(), "each raise was counted once");

    // Once it is resolved, the next raise opens another.
    let id = ids.first().unwrap();
    let at = "2026-01-01T00:01:00Z".parse().unwrap();
    let resolve = AlertCommand::Resolve {
        by: PersonId::parse("u").unwrap(),
        at,
        note: None,
    };
    processes[0]
        .execute::<Alert>(&caller("acme", "u"), request(id, resolve))
        .await
        .unwrap();
    for process in &processes {
        let next = process
            .execute::<Alert>(&caller("acme", "u"), raise())
            .await
            .unwrap();
        assert_ne!(&next.id, id);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeat_gets_the_first_answer_again() {
    let test = TestLog::start().await;
    let [first, other] = [commands(&test), commands(&test)];
    let me = caller("acme", "me");
    let made = first
        .execute::<Building>(&me, keyed("b", register("one"), "k1", "f1"))
        .await
        .unwrap();
    assert_eq!(made.kind, OutcomeKind::Executed);
    let renamed = change(&json!({"name": "two"}));
    first
        .execute::<Building>(&me, keyed("b", renamed.clone(), "k2", "f2"))
        .await
        .unwrap();

    for process in [&first, &other] {
        let again = process
            .execute::<Building>(&me, keyed("b", register("one"), "k1", "f1"))
            .await
            .unwrap();
        assert_eq!(again.kind, OutcomeKind::Repeated);
        assert_eq!(
            (again.state, again.revision, again.position),
            (made.state.clone(), 1, made.position)
        );
        assert_eq!(
            (again.created_at, again.updated_at, again.status),
            (made.created_at, made.updated_at, 201)
        );
        // A change that would now be nothing to do is a repeat all the same.
        let again = process
            .execute::<Building>(&me, keyed("b", renamed.clone(), "k2", "f2"))
            .await
            .unwrap();
        assert_eq!((again.kind, again.revision), (OutcomeKind::Repeated, 2));
        let reused = process
            .execute::<Building>(&me, keyed("b2", register("x"), "k1", "other"))
            .await;
        assert!(matches!(reused, Err(CommandError::KeyReused)), "{reused:?}");
    }
    // A key belongs to whoever used it.
    let you = caller("acme", "you");
    let yours = first
        .execute::<Building>(&you, keyed("c", register("yours"), "k1", "f9"))
        .await
        .unwrap();
    assert_eq!(yours.kind, OutcomeKind::Executed);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_key_sent_at_once_to_two_processes_happens_once() {
    let test = TestLog::start().await;
    let processes = [commands(&test), commands(&test)];
    for round in 0..20 {
        let (id, key) = (format!("b{round}"), format!("k{round}"));
        let (one, two) = (caller("acme", "me"), caller("acme", "me"));
        let (one, two) = tokio::join!(
            processes[0].execute::<Building>(&one, keyed(&id, register("x"), &key, "f")),
            processes[1].execute::<Building>(&two, keyed(&id, register("x"), &key, "f")),
        );
        let (one, two) = (one.unwrap(), two.unwrap());
        assert_eq!(one.position, two.position);
        let kinds = [one.kind, two.kind];
        assert!(
            kinds.contains(&OutcomeKind::Executed) && kinds.contains(&OutcomeKind::Repeated),
            "{kinds:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn if_match_is_about_the_present_in_every_process() {
    let test = TestLog::start().await;
    let [first, other] = [commands(&test), commands(&test)];
    let me = caller("acme", "me");
    first
        .execute::<Building>(&me, request("b", register("one")))
        .await
        .unwrap();
    // Both processes remember version 1; the first moves on.
    other
        .execute::<Building>(&me, request("b", change(&json!({"name": "one"}))))
        .await
        .unwrap();
    first
        .execute::<Building>(&me, request("b", change(&json!({"name": "two"}))))
        .await
        .unwrap();
    let matching = |version, name: &str| Request {
        if_match: Some(version),
        ..request("b", change(&json!({ "name": name })))
    };
    let stale = other.execute::<Building>(&me, matching(1, "three")).await;
    assert!(
        matches!(
            stale,
            Err(CommandError::VersionMismatch {
                expected: 1,
                actual: 2
            })
        ),
        "{stale:?}"
    );
    let done = other
        .execute::<Building>(&me, matching(2, "three"))
        .await
        .unwrap();
    assert_eq!(done.revision, 3);
    let stale = first.execute::<Building>(&me, matching(2, "four")).await;
    assert!(
        matches!(
            stale,
            Err(CommandError::VersionMismatch {
                expected: 2,
                actual: 3
            })
        ),
        "{stale:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retired_slug_is_never_used_again() {
    let test = TestLog::start().await;
    let [first, other] = [commands(&test), commands(&test)];
    let me = caller("acme", "me");
    first
        .execute::<Building>(&me, request("b", register("one")))
        .await
        .unwrap();
    first
        .execute::<Building>(&me, request("b", BuildingCommand::Retire))
        .await
        .unwrap();
    for process in [&first, &other] {
        let again = process
            .execute::<Building>(&me, request("b", register("two")))
            .await;
        assert!(
            matches!(
                again,
                Err(CommandError::Rejected(Rejection::AlreadyExists { .. }))
            ),
            "{again:?}"
        );
    }
    // Another organization's building of that name is another building.
    other
        .execute::<Building>(&caller("globex", "me"), request("b", register("theirs")))
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn many_changes_of_one_building_all_happen() {
    let test = TestLog::start().await;
    let processes = [commands(&test), commands(&test)];
    processes[0]
        .execute::<Building>(&caller("acme", "me"), request("b", register("b")))
        .await
        .unwrap();
    let mut tasks = Vec::new();
    for n in 0..60 {
        let commands = processes[n % 2].clone();
        tasks.push(tokio::spawn(async move {
            let command = change(&json!({ "name": format!("name {n}") }));
            commands
                .execute::<Building>(&caller("acme", "me"), request("b", command))
                .await
                .unwrap()
                .revision
        }));
    }
    let mut revisions = Vec::new();
    for task in tasks {
        revisions.push(task.await.unwrap());
    }
    revisions.sort_unstable();
    assert_eq!(revisions, (2..=61).collect::<Vec<u64>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_past_can_be_asked_for() {
    let test = TestLog::start().await;
    let commands = commands(&test);
    let me = caller("acme", "me");
    let made = commands
        .execute::<Building>(&me, request("b", register("one")))
        .await
        .unwrap();
    let changed = commands
        .execute::<Building>(&me, request("b", change(&json!({"name": "two"}))))
        .await
        .unwrap();
    let acme = Tenant::from_slug("acme").unwrap();
    let at = |at| commands.load::<Building>(&acme, "b", Some(at));
    assert_eq!(at(At::Version(1)).await.unwrap().unwrap().state, made.state);
    assert_eq!(
        at(At::Time(changed.updated_at))
            .await
            .unwrap()
            .unwrap()
            .state,
        changed.state
    );
    assert_eq!(
        at(At::Time(made.created_at)).await.unwrap().unwrap().state,
        made.state
    );
    let before = made.created_at - chrono::TimeDelta::microseconds(1);
    assert_eq!(at(At::Time(before)).await.unwrap(), None);
    assert_eq!(at(At::Version(3)).await.unwrap(), None);
    let globex = Tenant::from_slug("globex").unwrap();
    assert_eq!(
        commands.load::<Building>(&globex, "b", None).await.unwrap(),
        None
    );
}

/// Times come from the clocks of processes, which step; order comes from the log.
#[tokio::test(flavor = "multi_thread")]
async fn clocks_that_step_change_no_order() {
    let test = TestLog::start().await;
    let processes = [commands(&test), commands(&test)];
    let anna = caller("acme", "anna");
    let raised = processes[0].execute::<Alert>(&anna, raise()).await.unwrap();
    let id = raised.id.clone();
    let mut last = raised.position.n;
    let steps = [
        "2025-12-31T23:00:00Z",
        "2027-01-01T00:00:00Z",
        "1970-01-01T00:00:00Z",
    ];
    for (n, at) in (1..).zip(steps) {
        let assign = AlertCommand::Assign {
            assignee: Some(PersonId::parse(&format!("person-{n}")).unwrap()),
            by: PersonId::parse("anna").unwrap(),
            at: at.parse().unwrap(),
        };
        let process = &processes[n % 2];
        let assigned = process.execute::<Alert>(&anna, request(&id, assign)).await;
        let assigned = assigned.unwrap();
        assert_eq!(assigned.kind, OutcomeKind::Executed);
        assert_eq!(assigned.revision, raised.revision + n as u64);
        assert!(assigned.position.n > last);
        last = assigned.position.n;
    }
    for process in &processes {
        let loaded = process.load::<Alert>(&anna.tenant, &id, None).await;
        let state = loaded.unwrap().unwrap().state;
        let assignee = state.facts().unwrap().assignee.as_deref();
        assert_eq!(assignee, Some("person-3"), "the last one written");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_loaded_is_the_present_in_every_process() {
    let test = TestLog::start().await;
    let [first, other] = [commands(&test), commands(&test)];
    let me = caller("acme", "me");
    first
        .execute::<Building>(&me, request("b", register("v1")))
        .await
        .unwrap();
    for version in 2..6 {
        let changed = change(&json!({ "name": format!("v{version}") }));
        let one = if version % 2 == 0 { &first } else { &other };
        let done = one.execute::<Building>(&me, request("b", changed)).await;
        let done = done.unwrap();
        // Twice: what was read is remembered.
        for commands in [&first, &other, &first, &other] {
            let loaded = commands.load::<Building>(&me.tenant, "b", None).await;
            let loaded = loaded.unwrap().unwrap();
            assert_eq!((loaded.revision, loaded.position), (version, done.position));
            assert_eq!(loaded.state, done.state);
        }
    }
    let nobody = first.load::<Building>(&me.tenant, "nothing", None).await;
    assert!(nobody.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_remembered_of_events_that_were_lost_is_not_loaded() {
    let test = TestLog::start().await;
    let [first, other] = [commands(&test), commands(&test)];
    let me = caller("acme", "me");
    for commands in [&first, &other] {
        let body = change(&json!({"name": "second"}));
        let command = match commands.load::<Building>(&me.tenant, "b", None).await {
            Ok(None) => register("first"),
            _ => body,
        };
        commands
            .execute::<Building>(&me, request("b", command))
            .await
            .unwrap();
    }
    let mut owner = sqlx::PgConnection::connect(&test.url).await.unwrap();
    let lose = "update streams set version = 1, last_position = 1 where aggregate_id = 'acme/b'; \
                delete from events where log_id = 1 and position = 2";
    sqlx::raw_sql(lose).execute(&mut owner).await.unwrap();
    let loaded = other.load::<Building>(&me.tenant, "b", None).await;
    assert_eq!(loaded.unwrap().unwrap().revision, 1);
}
