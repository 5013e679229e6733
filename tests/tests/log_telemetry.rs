//! Telemetry's log: no versions and no claims, and all the rest of the log's promises.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use flowgrid_bus::{Role, Tenant};
use flowgrid_commands::{
    Caller, CommandError, Commands, CommandsOptions, Idempotency, Recording, heal_log,
};
use flowgrid_domain::readings::{Batch, OnConflict, Quality, Reading};
use flowgrid_log::{Append, AppendError, Appended, Claim, Receipt};
use flowgrid_tests::{TestLog, building, eventually, readings};

fn keyed(source: &str, key: &str) -> Append {
    let mut append = readings("acme", source, 2);
    append.receipt = Some(Receipt {
        key: key.into(),
        fingerprint: source.into(),
        status: 202,
    });
    append
}

fn last(appended: Result<Appended, AppendError>) -> u64 {
    match appended {
        Ok(Appended::Written { last, version, .. }) => {
            assert_eq!(version, last, "a sequence is a position");
            last
        }
        other => panic!("not written: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_write_of_one_source_at_once_and_nobody_loses() {
    let test = TestLog::start().await;
    let log = test.telemetry();
    let appenders = [
        test.appender(log, &TestLog::feed(), true),
        test.appender(log, &TestLog::feed(), true),
    ];
    let tasks: Vec<_> = (0..300)
        .map(|n| {
            let appender = appenders[n % 2].clone();
            tokio::spawn(async move {
                let first = last(appender.append(readings("acme", "hall", 1 + n % 3)).await);
                let second = last(appender.append(readings("acme", "hall", 1)).await);
                assert!(first < second, "a client's own order");
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let events = test.store.read(log.id, 0, 10_000).await.unwrap();
    assert_eq!(events.len(), 300 * 2 + 300);
    assert!(events.iter().all(|event| event.sequence == event.position));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_used_once_and_the_others_close_up() {
    let test = TestLog::start().await;
    let log = test.telemetry();
    let appender = test.appender(log, &TestLog::feed(), false);
    last(appender.append(keyed("first", "k0")).await);
    let (a, b, c, d) = tokio::join!(
        appender.append(keyed("a", "k1")),
        appender.append(keyed("b", "k0")),
        appender.append(keyed("c", "k1")),
        appender.append(keyed("d", "k2")),
    );
    assert_eq!(last(a), 4);
    let Ok(Appended::Repeated(first)) = b else {
        panic!("{b:?}");
    };
    assert_eq!((first.fingerprint.as_str(), first.position), ("first", 2));
    let Ok(Appended::Repeated(receipt)) = c else {
        panic!("{c:?}");
    };
    assert_eq!((receipt.id.as_str(), receipt.position), ("acme/a", 4));
    last(d);
    let events = test.store.read(log.id, 0, 100).await.unwrap();
    let sources: Vec<_> = events.iter().map(|event| &*event.aggregate_id).collect();
    let expected = ["first", "first", "a", "a", "d", "d"].map(|source| format!("acme/{source}"));
    assert_eq!(sources, expected);
    let tenant = Tenant::from_slug("acme").unwrap();
    let of_d = test.store.receipt(log.id, tenant.id(), "k2").await.unwrap();
    assert_eq!(of_d.map(|receipt| receipt.position), Some(6));
}

#[tokio::test(flavor = "multi_thread")]
async fn each_kind_of_log_takes_its_own_alone() {
    let test = TestLog::start().await;
    let telemetry = test.appender(test.telemetry(), &TestLog::feed(), false);
    let domain = test.appender(test.domain(), &TestLog::feed(), false);
    let mut claiming = readings("acme", "a", 1);
    claiming.claims.push(Claim {
        take: true,
        scope: "slot",
        key: "one".into(),
        owner: "a".into(),
    });
    for answer in [
        telemetry.append(building("acme", "a", 0, 1)).await,
        telemetry.append(claiming).await,
        domain.append(readings("acme", "a", 1)).await,
    ] {
        assert!(
            matches!(answer, Err(AppendError::Rejected(_))),
            "{answer:?}"
        );
    }
    assert_eq!(last(telemetry.append(readings("acme", "a", 1)).await), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_mirrored_and_its_lost_tail_comes_back() {
    let test = TestLog::start().await;
    let log = test.telemetry();
    let feed = TestLog::feed();
    test.relay(log, &feed);
    let running = test.appender(log, &feed, false);
    for n in 0..40 {
        let append = keyed(&format!("s{}", n % 4), &format!("k{n}"));
        last(running.append(append).await);
    }
    test.assert_mirrored(log, 80).await;
    let was = test.store.read(log.id, 0, 100).await.unwrap();
    test.lose_tail(log, 50).await;
    eventually("it refuses", || async {
        let answer = running.append(readings("acme", "a", 1)).await;
        assert!(
            !matches!(answer, Ok(Appended::Written { .. })),
            "{answer:?}"
        );
        matches!(answer, Err(AppendError::Refused { .. }))
    })
    .await;
    let healed = heal_log(&test.store, &test.bus, log).await.unwrap();
    assert_eq!((healed.from, healed.to), (50, 80));
    assert_eq!(test.store.read(log.id, 0, 100).await.unwrap(), was);
    let pool = sqlx::PgPool::connect(&test.url).await.unwrap();
    let rows: i64 = sqlx::query_scalar("select count(*) from streams where log_id = $1")
        .bind(log.id.0)
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(rows, 0, "versions of telemetry");
    eventually("it accepts again", || async {
        let answer = running.append(readings("acme", "a", 1)).await;
        matches!(answer, Ok(Appended::Written { last: 81, .. }))
    })
    .await;
}

fn caller(organization: &str) -> Caller {
    Caller {
        tenant: Tenant::from_slug(organization).unwrap(),
        actor: "gateway".into(),
        role: Role::User,
        request_id: None,
        traceparent: None,
        frontend: None,
    }
}

fn recording(buildings: &[&str], key: Option<&str>) -> Recording {
    let of = |building: &&str| {
        let mut batch = Batch::default();
        let reading = Reading {
            time: chrono::DateTime::from_timestamp(1_800_000_000, 0).unwrap(),
            value: 1.5,
            quality: Quality::Measured,
        };
        batch.push("main", reading);
        let events = batch.into_events(OnConflict::Ignore).into_iter();
        events
            .map(|event| ((*building).to_owned(), event))
            .collect::<Vec<_>>()
    };
    Recording {
        events: buildings.iter().flat_map(of).collect(),
        idempotency: key.map(|key| Idempotency {
            key: key.to_owned(),
            fingerprint: buildings.join(" "),
        }),
        status: 201,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn readings_of_many_buildings_are_recorded_together_and_once() {
    let test = TestLog::start().await;
    let log = test.telemetry();
    let appender = test.appender(log, &TestLog::feed(), false);
    let commands = Commands::new(CommandsOptions {
        store: test.store.clone(),
        appenders: [(log.id, appender)].into(),
        remembered: 10,
    });
    let acme = caller("acme");
    let both = recording(&["rathaus", "school"], Some("k"));
    let first = commands.record(&acme, both.clone()).await.unwrap();
    assert_eq!((first.position.n, first.repeated), (2, false));
    let again = commands.record(&acme, both).await.unwrap();
    assert_eq!(
        (again.position, again.repeated, again.status),
        (first.position, true, 201)
    );
    let other = commands
        .record(&acme, recording(&["rathaus"], Some("k")))
        .await;
    assert!(matches!(other, Err(CommandError::KeyReused)), "{other:?}");
    let events = test.store.read(log.id, 0, 10).await.unwrap();
    let of: Vec<_> = events.iter().map(|event| &*event.aggregate_id).collect();
    assert_eq!(of, ["acme/rathaus", "acme/school"]);
    assert!(events[0].payload_str().contains(r#""points":[[0,1.5]]"#));
}
