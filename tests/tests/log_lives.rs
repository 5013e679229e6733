//! A log that goes on from an older point on purpose: what came after it is thrown away, and nobody
//! takes a position of that life for one of this.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use flowgrid_log::integrity::{Agreement, check};
use flowgrid_log::relay::rebuild_stream;
use flowgrid_log::{AppendError, Appended, LogStore};
use flowgrid_tests::{TestLog, building, eventually};
use sqlx::{Connection, PgConnection};

#[tokio::test(flavor = "multi_thread")]
async fn throwing_the_streams_tail_away_begins_another_life() {
    let test = TestLog::start().await;
    let log = test.domain();
    let feed = TestLog::feed();
    test.relay(log, &feed);
    let running = test.appender(log, &feed, false);
    for id in ["a", "b", "c"] {
        running.append(building("acme", id, 0, 1)).await.unwrap();
    }
    test.assert_mirrored(log, 3).await;
    let mut owner = PgConnection::connect(&test.url).await.unwrap();
    let put_back =
        "delete from events where position > 1; delete from streams where first_position > 1";
    sqlx::raw_sql(put_back).execute(&mut owner).await.unwrap();

    let made = rebuild_stream(&test.store, &test.bus, log, 1_000)
        .await
        .unwrap();
    assert!(matches!(made, Agreement::Agree { log: 1, .. }), "{made:?}");
    let store = LogStore::open(&test.url, 2).await.unwrap();
    let next = store.info(log.id).unwrap();
    assert_ne!(
        next.epoch, log.epoch,
        "tokens of the life before are honoured"
    );

    // Who knows only the life before may not write: it would hand out its tokens.
    eventually("it refuses", || async {
        let answer = running.append(building("acme", "d", 0, 1)).await;
        assert!(
            !matches!(answer, Ok(Appended::Written { .. })),
            "{answer:?}"
        );
        matches!(answer, Err(AppendError::Refused { .. }))
    })
    .await;
    let found = check(&test.store, &test.bus, log).await.unwrap();
    assert!(
        matches!(found, Agreement::ForeignStream { .. }),
        "{found:?}"
    );

    let feed = TestLog::feed();
    test.relay(next, &feed);
    let started_again = test.appender(next, &feed, false);
    let answer = started_again.append(building("acme", "d", 0, 1)).await;
    assert!(
        matches!(answer, Ok(Appended::Written { last: 2, .. })),
        "{answer:?}"
    );
    test.assert_mirrored(next, 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_is_only_made_anew_is_of_the_same_life() {
    let test = TestLog::start().await;
    let log = test.domain();
    let feed = TestLog::feed();
    test.relay(log, &feed);
    let appender = test.appender(log, &feed, false);
    appender.append(building("acme", "a", 0, 1)).await.unwrap();
    test.assert_mirrored(log, 1).await;
    rebuild_stream(&test.store, &test.bus, log, 1_000)
        .await
        .unwrap();
    let store = LogStore::open(&test.url, 2).await.unwrap();
    assert_eq!(store.info(log.id).unwrap().epoch, log.epoch);
    appender.append(building("acme", "b", 0, 1)).await.unwrap();
    test.assert_mirrored(log, 2).await;
}
