//! What the database holds, to be compared before and after.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use sqlx::{Connection, PgConnection, Row};

use crate::load::Record;
use crate::subscriber::{Heard, number};

/// All that must be the same after a restore, row for row.
#[derive(Debug, PartialEq, Eq)]
pub struct Ledger {
    /// Rows and their checksum, by table.
    pub tables: BTreeMap<&'static str, (i64, Option<String>)>,
}

/// A claim's position says which append took it, which nothing depends on.
const TABLES: &[(&str, &str)] = &[
    ("events", "select * from events"),
    ("streams", "select * from streams"),
    (
        "claims",
        "select log_id, tenant_id, scope, key, owner from claims",
    ),
    ("receipts", "select * from receipts"),
    ("placements", "select * from placements"),
    ("logs", "select log_id, kind, epoch from logs"),
];

pub async fn connect(url: &str) -> PgConnection {
    PgConnection::connect(url).await.unwrap()
}

/// Runs statements that answer nothing.
pub async fn sql(url: &str, statement: &str) {
    let mut connection = connect(url).await;
    sqlx::raw_sql(statement)
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
}

/// Asks the database until it answers true.
pub async fn until_true(url: &str, question: &str) {
    let deadline = tokio::time::Instant::now() + Duration::from_secs(60);
    loop {
        let mut answer = Ok(false);
        if let Ok(mut connection) = PgConnection::connect(url).await {
            answer = sqlx::query_scalar(question)
                .fetch_one(&mut connection)
                .await;
        }
        if matches!(answer, Ok(true)) {
            return;
        }
        assert!(
            tokio::time::Instant::now() < deadline,
            "{question}: {answer:?}"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

impl Ledger {
    pub async fn read(url: &str) -> Self {
        let mut connection = connect(url).await;
        let mut tables = BTreeMap::new();
        for (name, rows) in TABLES {
            let sql = format!(
                "select count(*), md5(string_agg(r::text, E'\\n' order by r::text)) from ({rows}) r"
            );
            let row = sqlx::query(&sql).fetch_one(&mut connection).await.unwrap();
            tables.insert(*name, (row.get(0), row.get(1)));
        }
        Self { tables }
    }

    pub fn rows(&self, table: &str) -> i64 {
        self.tables[table].0
    }
}

/// The newest position of a log.
pub async fn head(url: &str, log: i16) -> u64 {
    let mut connection = connect(url).await;
    let sql = "select coalesce(max(position), 0) from events where log_id = $1";
    let head: i64 = sqlx::query_scalar(sql)
        .bind(log)
        .fetch_one(&mut connection)
        .await
        .unwrap();
    head.cast_unsigned()
}

/// Every acknowledged command stands in the log once, at the position its client was told.
pub async fn holds_all_of(url: &str, record: &Record) {
    let mut connection = connect(url).await;
    let sql = "select position, metadata ->> 'idempotencyKey' as key from events where log_id = 1 order by position";
    let rows = sqlx::query(sql).fetch_all(&mut connection).await.unwrap();
    let mut by_key: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for (row, expected) in rows.iter().zip(1_i64..) {
        let position: i64 = row.get(0);
        assert_eq!(position, expected, "positions have no gap");
        if let Some(key) = row.get::<Option<String>, _>(1) {
            by_key
                .entry(key)
                .or_default()
                .push(position.cast_unsigned());
        }
    }
    for command in &record.acknowledged {
        let told = vec![number(&command.position)];
        assert_eq!(by_key.get(&command.key), Some(&told), "{command:?}");
    }
    let told: BTreeSet<_> = record
        .acknowledged
        .iter()
        .map(|command| &command.key)
        .collect();
    assert_eq!(told.len(), record.acknowledged.len());
}

/// A subscriber of `buildings` was handed every position of its channel once and in order.
pub async fn was_handed_all(url: &str, heard: &Heard) {
    let mut connection = connect(url).await;
    let sql = "select position from events where log_id = 1 and aggregate_type = 'building' \
               and aggregate_id like 'acme/%' and position > $1 and position <= $2 order by position";
    let last = heard.positions.last().copied().unwrap_or(heard.from);
    let rows: Vec<i64> = sqlx::query_scalar(sql)
        .bind(heard.from.cast_signed())
        .bind(last.cast_signed())
        .fetch_all(&mut connection)
        .await
        .unwrap();
    let there: Vec<u64> = rows.into_iter().map(i64::cast_unsigned).collect();
    assert_eq!(heard.positions, there, "once each and in order");
}
