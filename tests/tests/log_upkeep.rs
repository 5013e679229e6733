//! What an operator does to the log's tables while commands come in.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::Duration;

use flowgrid_commands::heal_log;
use flowgrid_log::append::Receipt;
use flowgrid_log::{Append, AppendError, Appended, migrate, wait_for_migrations};
use flowgrid_tests::{TestLog, building, eventually};
use sqlx::{Connection, PgConnection};

/// Longer than anything here takes that doesn't wait for somebody else.
const PATIENCE: Duration = Duration::from_secs(20);

/// An append whose receipt can be made again from its metadata.
fn with_receipt(id: &str) -> Append {
    let mut append = building("acme", id, 0, 1);
    append.metadata =
        format!(r#"{{"actor":"test","idempotencyKey":"{id}","fingerprint":"f","status":201}}"#);
    append.receipt = Some(Receipt {
        key: format!("test/{id}"),
        fingerprint: "f".into(),
        status: 201,
    });
    append
}

async fn run(connection: &mut PgConnection, statement: &str) {
    sqlx::raw_sql(statement).execute(connection).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn old_receipts_wait_for_a_long_reader_and_commands_do_not() {
    let test = TestLog::start().await;
    let appender = test.appender(test.domain(), &TestLog::feed(), false);
    let mut owner = PgConnection::connect(&test.url).await.unwrap();
    run(&mut owner, "select make_receipt_leaf(current_date - 10)").await;

    // As a dump or a report would.
    let mut reader = PgConnection::connect(&test.url).await.unwrap();
    run(&mut reader, "begin; select count(*) from receipts").await;
    let drop_old = "select drop_old_receipts()";
    let dropped = sqlx::query_scalar::<_, i32>(drop_old).fetch_one(&mut owner);
    let dropped = tokio::time::timeout(PATIENCE, dropped).await;
    assert_eq!(dropped.expect("it waits behind the reader").unwrap(), 0);
    let written = tokio::time::timeout(PATIENCE, appender.append(with_receipt("a"))).await;
    let written = written.expect("a command waits behind the reader");
    assert!(
        matches!(written, Ok(Appended::Written { .. })),
        "{written:?}"
    );

    run(&mut reader, "commit").await;
    let dropped = sqlx::query_scalar::<_, i32>(drop_old)
        .fetch_one(&mut owner)
        .await;
    assert_eq!(dropped.unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_backup_is_healed_up_to_the_receipts_of_today() {
    let test = TestLog::start().await;
    let log = test.domain();
    let feed = TestLog::feed();
    test.relay(log, &feed);
    let appender = test.appender(log, &feed, false);
    for id in ["a", "b", "c"] {
        appender.append(with_receipt(id)).await.unwrap();
    }
    test.assert_mirrored(log, 3).await;
    drop(appender);

    // Taken before the first of them, and so long ago that its leaves end before today.
    let mut owner = PgConnection::connect(&test.url).await.unwrap();
    run(
        &mut owner,
        "delete from events; delete from streams; delete from claims; \
         do $$ declare leaf text; begin \
           for leaf in select inhrelid::regclass::text from pg_inherits where inhparent = 'receipts'::regclass loop \
             execute 'drop table ' || leaf; end loop; end $$",
    )
    .await;
    let healed = heal_log(&test.store, &test.bus, log).await.unwrap();
    assert_eq!((healed.from, healed.to), (0, 3));
    let keys: Vec<String> = sqlx::query_scalar("select key from receipts order by key")
        .fetch_all(&mut owner)
        .await
        .unwrap();
    assert_eq!(keys, ["test/a", "test/b", "test/c"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_build_starts_on_the_schema_of_a_newer_one() {
    let test = TestLog::start().await;
    let mut owner = PgConnection::connect(&test.url).await.unwrap();
    run(
        &mut owner,
        "insert into _sqlx_migrations (version, description, success, checksum, execution_time) \
         values (9999, 'of the next release', true, '\\x00', 1)",
    )
    .await;
    migrate(&test.url).await.unwrap();
    wait_for_migrations(&test.url, Duration::ZERO)
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_cannot_write_now_is_no_fault_of_the_command() {
    let test = TestLog::start().await;
    let appender = test.appender(test.domain(), &TestLog::feed(), false);
    let mut owner = PgConnection::connect(&test.url).await.unwrap();
    run(
        &mut owner,
        "create function fail() returns trigger language plpgsql as \
           $$ begin raise exception 'as told' using errcode = tg_argv[0]; end $$",
    )
    .await;
    // No room, a failing disk, a deadlock, a replica, a call that was broken off.
    for code in ["53100", "58030", "40P01", "25006", "57014"] {
        let trigger = format!(
            "create trigger fails before insert on events for each row execute function fail('{code}')"
        );
        run(&mut owner, &trigger).await;
        for id in ["a", "b"] {
            let answer = appender.append(building("acme", id, 0, 1)).await;
            assert!(
                matches!(answer, Err(AppendError::Unavailable(_))),
                "{code}: {answer:?}"
            );
        }
        run(&mut owner, "drop trigger fails on events").await;
        eventually("it writes again", || async {
            let answer = appender.append(building("acme", code, 0, 1)).await;
            matches!(answer, Ok(Appended::Written { .. }))
        })
        .await;
    }
}
