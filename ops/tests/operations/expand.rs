//! A migration that expands while the current release writes, by the rules of migrations/README.md.

use std::time::{Duration, Instant};

use flowgrid_stack::Stack;
use sqlx::PgConnection;

use crate::fleet::{Fleet, Settings};
use crate::ledger::{connect, holds_all_of};
use crate::load::Load;

const STRETCH: u64 = 40;
/// How many rows one transaction fills.
const BATCH: i64 = 50;
/// As the rules have it.
const LOCK_TIMEOUT: &str = "set local lock_timeout = '100ms'";
/// How often a step that didn't get its lock is tried again.
const TRIES: usize = 200;

/// One step in a transaction of its own; `false` when it didn't get its lock in time.
async fn step(connection: &mut PgConnection, statement: &str) -> bool {
    let all = format!("begin; {LOCK_TIMEOUT}; {statement}; commit");
    match sqlx::raw_sql(&all).execute(&mut *connection).await {
        Ok(_) => true,
        Err(error) => {
            let code = error.as_database_error().and_then(|error| error.code());
            assert_eq!(code.as_deref(), Some("55P03"), "{error}");
            sqlx::raw_sql("rollback").execute(connection).await.unwrap();
            false
        }
    }
}

async fn step_until_done(connection: &mut PgConnection, statement: &str) {
    for _ in 0..TRIES {
        if step(connection, statement).await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("never got its lock: {statement}");
}

/// Fills the new column in batches of rows, each its own short transaction.
async fn backfill(connection: &mut PgConnection) -> u64 {
    let sql = "with batch as (select log_id, aggregate_type, aggregate_id from streams \
                 where label is null limit $1 for update skip locked) \
               update streams s set label = split_part(s.aggregate_id, '/', 2) from batch \
                where (s.log_id, s.aggregate_type, s.aggregate_id) = (batch.log_id, batch.aggregate_type, batch.aggregate_id)";
    let mut filled = 0;
    loop {
        let done = sqlx::query(sql).bind(BATCH).execute(&mut *connection).await;
        match done.unwrap().rows_affected() {
            0 => return filled,
            some => filled += some,
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_current_release_writes_while_the_next_ones_migration_runs() {
    let stack = Stack::ephemeral(|_| {}).await.unwrap();
    let settings = Settings::of(&stack);
    settings.must(&["migrate"]);
    let url = settings.database().to_owned();
    let fleet = Fleet::start(&settings, &[&["relay"], &["project"], &["api"], &["api"]]);
    let bearer = settings.token("acme");
    let load = Load::start("expand", 4, &fleet.apis, &bearer);
    load.more(STRETCH).await;

    // A long reader stands in the way: the step gives up, commands don't wait behind it.
    let mut migration = connect(&url).await;
    let mut reader = connect(&url).await;
    let expand = "alter table streams add column label text";
    sqlx::raw_sql("begin; select count(*) from streams")
        .execute(&mut reader)
        .await
        .unwrap();
    for _ in 0..5 {
        assert!(
            !step(&mut migration, expand).await,
            "it can't have got its lock"
        );
        load.more(4).await;
    }
    sqlx::raw_sql("commit").execute(&mut reader).await.unwrap();

    let began = Instant::now();
    step_until_done(&mut migration, expand).await;
    load.more(STRETCH).await;
    let filled = backfill(&mut migration).await;
    assert!(filled > 0);
    load.more(STRETCH).await;
    // Old processes leave the column empty until they are replaced: a last pass fills theirs.
    assert!(
        backfill(&mut migration).await > 0,
        "the current release still writes"
    );
    // An index without a lock that a command waits for; outside a transaction.
    sqlx::raw_sql("create index concurrently streams_label on streams (log_id, label)")
        .execute(&mut migration)
        .await
        .unwrap();
    // The new generation of a read model fills beside the live one, is compared, and swapped in.
    settings.must(&["projections", "rebuild", "buildings"]);
    load.more(STRETCH).await;
    let took = began.elapsed();

    let record = load.stop().await;
    eprintln!(
        "{} commands; the migration took {took:?}; longest command {:?}; repeated after {:?}",
        record.acknowledged.len(),
        record.longest,
        record.repeated
    );
    assert!(
        record.repeated.is_empty(),
        "no command failed: {:?}",
        record.repeated
    );
    holds_all_of(&url, &record).await;
    for model in ["buildings", "alerts"] {
        settings.must(&["projections", "verify", model]);
    }
    // The current release can be started again on the expanded schema.
    settings.must(&["migrate"]);
    settings.must(&["doctor"]);
    tokio::task::block_in_place(|| fleet.stop());
    stack.stop().await.unwrap();
}
