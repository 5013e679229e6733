//! The log's promises: gapless positions, losers named alone, claims and receipts at the same instant.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use flowgrid_bus::{LogId, Tenant};
use flowgrid_log::{AppendError, Appended, Claim, LogKind, Receipt};
use flowgrid_tests::{TestLog, building, eventually};

fn position(appended: Result<Appended, AppendError>) -> u64 {
    match appended {
        Ok(Appended::Written { last, .. }) => last,
        other => panic!("not written: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn positions_are_gapless_in_commit_order_whoever_appends() {
    let test = TestLog::start().await;
    let log = test.domain();
    let feed = TestLog::feed();
    let appenders = [
        test.appender(log, &feed, false),
        test.appender(log, &TestLog::feed(), false),
    ];
    let mut tasks = Vec::new();
    for n in 0..400 {
        let appender = appenders[n % 2].clone();
        tasks.push(tokio::spawn(async move {
            let mut last = 0;
            for version in 0..3 {
                let answer = appender
                    .append(building("acme", &format!("b{n}"), version, 1 + n % 2))
                    .await;
                if version == 1 && n % 2 == 1 {
                    assert!(matches!(answer, Ok(Appended::Stale { .. })), "{answer:?}");
                } else {
                    let at = position(answer);
                    assert!(at > last, "a client's own order");
                    last = at;
                }
            }
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    let events = test.store.read(log.id, 0, 10_000).await.unwrap();
    assert_eq!(events.len(), 200 * 3 + 200 * 4);
    assert_eq!(test.store.head(log.id).await.unwrap(), events.len() as u64);
    assert!(
        events
            .windows(2)
            .all(|two| two[0].recorded_at <= two[1].recorded_at)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_loser_is_named_and_its_neighbours_are_written() {
    let test = TestLog::start().await;
    let log = test.domain();
    let appender = test.appender(log, &TestLog::feed(), false);
    position(appender.append(building("acme", "old", 0, 2)).await);
    let answers = tokio::join!(
        appender.append(building("acme", "x", 0, 1)),
        appender.append(building("acme", "old", 1, 1)),
        appender.append(building("acme", "y", 0, 3)),
        appender.append(building("acme", "old", 0, 1)),
    );
    assert_eq!(answers.1, Ok(Appended::Stale { version: 2 }));
    assert_eq!(answers.3, Ok(Appended::Stale { version: 2 }));
    let mut last = [position(answers.0), position(answers.2)];
    last.sort_unstable();
    assert_eq!(last[1], 6);
    let y = test
        .store
        .read_aggregate(log.id, "building", "acme/y", 0, 10)
        .await
        .unwrap();
    assert_eq!(y.iter().map(|e| e.sequence).collect::<Vec<_>>(), [1, 2, 3]);
    assert!(
        y.windows(2)
            .all(|two| two[0].position + 1 == two[1].position)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_of_what_is_not_there_fails_alone() {
    let test = TestLog::start().await;
    let appender = test.appender(test.domain(), &TestLog::feed(), false);
    let answers = tokio::join!(
        appender.append(building("acme", "ghost", 7, 1)),
        appender.append(building("acme", "x", 0, 1)),
    );
    assert!(
        matches!(answers.0, Err(AppendError::Rejected(_))),
        "{:?}",
        answers.0
    );
    position(answers.1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_has_one_owner_until_it_is_released() {
    let test = TestLog::start().await;
    let log = test.domain();
    let appenders = [
        test.appender(log, &TestLog::feed(), false),
        test.appender(log, &TestLog::feed(), false),
    ];
    let claiming = |id: &str, expected, take| {
        let mut append = building("acme", id, expected, 1);
        append.claims.push(Claim {
            take,
            scope: "slot",
            key: "one".into(),
            owner: id.into(),
        });
        append
    };
    let answers = tokio::join!(
        appenders[0].append(claiming("a", 0, true)),
        appenders[1].append(claiming("b", 0, true)),
    );
    let answers = [answers.0.unwrap(), answers.1.unwrap()];
    let winners = answers
        .iter()
        .filter(|a| matches!(a, Appended::Written { .. }))
        .count();
    assert_eq!(winners, 1, "{answers:?}");
    let (winner, loser) = if matches!(answers[0], Appended::Written { .. }) {
        ("a", "b")
    } else {
        ("b", "a")
    };
    let taken = Appended::ClaimTaken {
        scope: "slot".into(),
        owner: winner.into(),
    };
    assert!(answers.contains(&taken));
    let acme = Tenant::from_slug("acme").unwrap();
    assert_eq!(
        test.store
            .claim_owner(log.id, acme.id(), "slot", "one")
            .await
            .unwrap()
            .as_deref(),
        Some(winner)
    );

    position(appenders[0].append(claiming(winner, 1, false)).await);
    position(appenders[1].append(claiming(loser, 0, true)).await);
    // Another organization's name is another name.
    let mut other = building("globex", "a", 0, 1);
    other.claims.push(Claim {
        take: true,
        scope: "slot",
        key: "one".into(),
        owner: "a".into(),
    });
    position(appenders[0].append(other).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_used_once_however_often_it_is_sent() {
    let test = TestLog::start().await;
    let log = test.domain();
    let appenders = [
        test.appender(log, &TestLog::feed(), false),
        test.appender(log, &TestLog::feed(), false),
    ];
    let keyed = |id: &str| {
        let mut append = building("acme", id, 0, 1);
        append.receipt = Some(Receipt {
            key: "k".into(),
            fingerprint: "f".into(),
            status: 201,
        });
        append
    };
    let (a, b, c) = tokio::join!(
        appenders[0].append(keyed("a")),
        appenders[1].append(keyed("b")),
        appenders[0].append(keyed("c")),
    );
    let answers = [a.unwrap(), b.unwrap(), c.unwrap()];
    assert_eq!(
        answers
            .iter()
            .filter(|a| matches!(a, Appended::Written { .. }))
            .count(),
        1,
        "{answers:?}"
    );
    let receipt = answers.iter().find_map(|a| match a {
        Appended::Repeated(receipt) => Some(receipt.clone()),
        _ => None,
    });
    let receipt = receipt.unwrap();
    assert_eq!(
        (receipt.status, receipt.sequence, receipt.position),
        (201, 1, 1)
    );
    let acme = Tenant::from_slug("acme").unwrap();
    assert_eq!(
        test.store.receipt(log.id, acme.id(), "k").await.unwrap(),
        Some(receipt)
    );
    assert_eq!(test.store.head(log.id).await.unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn leaves_are_crossed_without_a_stop() {
    let test = TestLog::start().await;
    let mut owner = sqlx::PgPool::connect(&test.url)
        .await
        .unwrap()
        .acquire()
        .await
        .unwrap();
    sqlx::query("select make_log(7::smallint, 'domain', 1000)")
        .execute(&mut *owner)
        .await
        .unwrap();
    let test = TestLog::on(test.url.clone()).await;
    let log = test.store.info(LogId(7)).unwrap();
    let appender = test.appender(log, &TestLog::feed(), false);
    for round in 0..5u64 {
        for part in 0..4 {
            position(
                appender
                    .append(building("acme", &format!("b{part}"), round * 150, 150))
                    .await,
            );
        }
        sqlx::query("select make_leaves_ahead()")
            .execute(&mut *owner)
            .await
            .unwrap();
    }
    assert_eq!(
        test.store.read(log.id, 0, 10_000).await.unwrap().len(),
        3_000
    );
    let of_one = test
        .store
        .read_aggregate(log.id, "building", "acme/b2", 0, 10_000)
        .await
        .unwrap();
    assert_eq!(of_one.len(), 750);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organization_lives_on_one_log_of_each_kind() {
    let test = TestLog::start().await;
    let mut owner = sqlx::PgPool::connect(&test.url)
        .await
        .unwrap()
        .acquire()
        .await
        .unwrap();
    sqlx::query("select make_log(3::smallint, 'domain'), make_log(4::smallint, 'domain')")
        .execute(&mut *owner)
        .await
        .unwrap();
    let test = TestLog::on(test.url.clone()).await;
    let mut used = std::collections::BTreeMap::new();
    for n in 0..9 {
        let tenant = Tenant::from_slug(&format!("org{n}")).unwrap();
        let log = test.store.place(&tenant, LogKind::Domain).await.unwrap();
        assert_eq!(
            test.store.place(&tenant, LogKind::Domain).await.unwrap(),
            log
        );
        *used.entry(log.id).or_insert(0) += 1;
        position(
            test.appender(log, &TestLog::feed(), false)
                .append(building(&format!("org{n}"), "b", 0, 1))
                .await,
        );
    }
    assert_eq!(used.into_values().collect::<Vec<_>>(), [3, 3, 3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_that_goes_away_no_longer_waits() {
    let test = TestLog::start().await;
    let appender = test.appender(test.domain(), &TestLog::feed(), false);
    // Whoever holds the log's lock makes every append wait.
    let pool = sqlx::PgPool::connect(&test.url).await.unwrap();
    let mut holder = pool.begin().await.unwrap();
    sqlx::query("select 1 from log_heads where log_id = $1 for update")
        .bind(test.domain().id.0)
        .execute(&mut *holder)
        .await
        .unwrap();
    let callers: Vec<_> = (0..50)
        .map(|n| {
            let appender = appender.clone();
            tokio::spawn(async move {
                appender
                    .append(building("acme", &format!("b{n}"), 0, 1))
                    .await
            })
        })
        .collect();
    eventually("all wait", || async { appender.stats().waiting == 50 }).await;
    for caller in callers {
        caller.abort();
        let _ = caller.await;
    }
    assert_eq!(appender.stats().waiting, 0);
    holder.rollback().await.unwrap();
}
