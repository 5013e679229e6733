//! The call of `append_batch`.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use sqlx::{PgConnection, Row};
use std::collections::HashMap;
use uuid::Uuid;

use super::batch::Waiting;
use super::{Appended, Expected, StoredReceipt};
use crate::{LogInfo, LogKind};

/// What the call answered: for each append of the batch its outcome, and where the winners lie.
pub(super) struct Written {
    pub base: u64,
    pub recorded_at: DateTime<Utc>,
    /// By number of the append, from 1.
    pub lost: HashMap<usize, Appended>,
}

const TELEMETRY: &str = "select base, written_at, lost from append_telemetry($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, \
     $11, $12, $13, $14, $15, $16, $17)";
const CALL: &str = "select base, written_at, lost from append_batch($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, \
     $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29)";

/// One call, one fsync, many commands.
pub(super) async fn append_batch(
    connection: &mut PgConnection,
    log: LogInfo,
    hint: u64,
    batch: &[Waiting],
) -> Result<Written, sqlx::Error> {
    let row = {
        let columns = Columns::of(batch);
        let begun = |sql| sqlx::query(sql).bind(log.id.0).bind(hint.cast_signed());
        let query = match log.kind {
            LogKind::Telemetry => columns.bind_telemetry(begun(TELEMETRY)),
            LogKind::Identity | LogKind::Domain => columns.bind(begun(CALL)),
        };
        query.fetch_one(connection).await?
    };
    let lost: Option<sqlx::types::Json<HashMap<usize, Loss>>> = row.try_get(2)?;
    Ok(Written {
        base: row.try_get::<i64, _>(0)?.cast_unsigned(),
        recorded_at: row.try_get(1)?,
        lost: lost
            .map(|json| {
                json.0
                    .into_iter()
                    .map(|(n, loss)| (n, loss.into()))
                    .collect()
            })
            .unwrap_or_default(),
    })
}

/// The arrays of the call, borrowed from the batch.
#[derive(Default)]
struct Columns<'a> {
    a_tenant: Vec<Uuid>,
    a_type: Vec<&'a str>,
    a_id: Vec<&'a str>,
    a_expected: Vec<i64>,
    a_until: Vec<i32>,
    a_count: Vec<i32>,
    e_append: Vec<i32>,
    e_id: Vec<Uuid>,
    e_tenant: Vec<Uuid>,
    e_aggregate_type: Vec<&'a str>,
    e_aggregate_id: Vec<&'a str>,
    e_sequence: Vec<i64>,
    e_type: Vec<&'a str>,
    e_version: Vec<&'a str>,
    e_payload: Vec<&'a str>,
    e_metadata: Vec<&'a str>,
    c_append: Vec<i32>,
    c_take: Vec<bool>,
    c_tenant: Vec<Uuid>,
    c_scope: Vec<&'a str>,
    c_key: Vec<&'a str>,
    c_owner: Vec<&'a str>,
    r_append: Vec<i32>,
    r_tenant: Vec<Uuid>,
    r_key: Vec<&'a str>,
    r_fingerprint: Vec<&'a str>,
    r_status: Vec<i16>,
}

impl<'a> Columns<'a> {
    fn of(batch: &'a [Waiting]) -> Self {
        let mut columns = Self::default();
        for (number, waiting) in (1..).zip(batch) {
            columns.add(number, &waiting.append);
        }
        columns
    }

    fn add(&mut self, number: i32, append: &'a super::Append) {
        let tenant = append.tenant.id();
        self.a_tenant.push(tenant);
        self.a_type.push(append.aggregate_type);
        self.a_id.push(&append.aggregate_id);
        let expected = match append.expected {
            Expected::Version(version) => version,
            Expected::Any => 0, // no column of telemetry's call
        };
        self.a_expected.push(expected.cast_signed());
        let events = i32::try_from(append.events.len()).unwrap_or(i32::MAX);
        let before = self.a_until.last().copied().unwrap_or(0);
        self.a_until.push(before.saturating_add(events));
        self.a_count.push(events);
        for (event, sequence) in append.events.iter().zip(expected + 1..) {
            self.e_append.push(number);
            self.e_id.push(event.id);
            self.e_tenant.push(tenant);
            self.e_aggregate_type.push(append.aggregate_type);
            let of = event.of.as_ref().unwrap_or(&append.aggregate_id);
            self.e_aggregate_id.push(of);
            self.e_sequence.push(sequence.cast_signed());
            self.e_type.push(&event.event_type);
            self.e_version.push(&event.event_version);
            self.e_payload.push(&event.payload);
            self.e_metadata.push(&append.metadata);
        }
        for claim in &append.claims {
            self.c_append.push(number);
            self.c_take.push(claim.take);
            self.c_tenant.push(tenant);
            self.c_scope.push(claim.scope);
            self.c_key.push(&claim.key);
            self.c_owner.push(&claim.owner);
        }
        if let Some(receipt) = &append.receipt {
            self.r_append.push(number);
            self.r_tenant.push(tenant);
            self.r_key.push(&receipt.key);
            self.r_fingerprint.push(&receipt.fingerprint);
            self.r_status.push(receipt.status.cast_signed());
        }
    }

    fn bind<'q>(self, query: Query<'q>) -> Query<'q>
    where
        'a: 'q,
    {
        query
            .bind(self.a_tenant)
            .bind(self.a_type)
            .bind(self.a_id)
            .bind(self.a_expected)
            .bind(self.a_until)
            .bind(self.a_count)
            .bind(self.e_append)
            .bind(self.e_id)
            .bind(self.e_tenant)
            .bind(self.e_aggregate_type)
            .bind(self.e_aggregate_id)
            .bind(self.e_sequence)
            .bind(self.e_type)
            .bind(self.e_version)
            .bind(self.e_payload)
            .bind(self.e_metadata)
            .bind(self.c_append)
            .bind(self.c_take)
            .bind(self.c_tenant)
            .bind(self.c_scope)
            .bind(self.c_key)
            .bind(self.c_owner)
            .bind(self.r_append)
            .bind(self.r_tenant)
            .bind(self.r_key)
            .bind(self.r_fingerprint)
            .bind(self.r_status)
    }
}

/// Telemetry's call has neither versions nor claims.
impl<'a> Columns<'a> {
    fn bind_telemetry<'q>(self, query: Query<'q>) -> Query<'q>
    where
        'a: 'q,
    {
        query
            .bind(self.a_until)
            .bind(self.e_append)
            .bind(self.e_id)
            .bind(self.e_tenant)
            .bind(self.e_aggregate_type)
            .bind(self.e_aggregate_id)
            .bind(self.e_type)
            .bind(self.e_version)
            .bind(self.e_payload)
            .bind(self.e_metadata)
            .bind(self.r_append)
            .bind(self.r_tenant)
            .bind(self.r_key)
            .bind(self.r_fingerprint)
            .bind(self.r_status)
    }
}

type Query<'q> = sqlx::query::Query<'q, sqlx::Postgres, sqlx::postgres::PgArguments>;

/// Why an append lost, as the function writes it.
#[derive(Deserialize)]
#[serde(untagged)]
enum Loss {
    Receipt { receipt: LossReceipt },
    Claim { claim: String, owner: String },
    Version { version: u64 },
}

#[derive(Deserialize)]
struct LossReceipt {
    fingerprint: String,
    status: u16,
    id: String,
    sequence: u64,
    position: u64,
}

impl From<Loss> for Appended {
    fn from(loss: Loss) -> Self {
        match loss {
            Loss::Receipt { receipt } => Self::Repeated(StoredReceipt {
                fingerprint: receipt.fingerprint,
                status: receipt.status,
                id: receipt.id,
                sequence: receipt.sequence,
                position: receipt.position,
            }),
            Loss::Claim { claim, owner } => Self::ClaimTaken {
                scope: claim,
                owner,
            },
            Loss::Version { version } => Self::Stale { version },
        }
    }
}
