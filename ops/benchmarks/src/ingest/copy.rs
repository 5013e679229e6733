//! The same rows by COPY into a table of plain rows: what Postgres takes when nothing is checked, logged as an
//! event, or added up.

use std::fmt::Write;
use std::time::Instant;

use sqlx::PgConnection;
use uuid::Uuid;

use super::city::{BUILDINGS, SENSORS, bulk_sensor};
use super::shapes::{time, value};
use crate::Result;

/// Readings of each of the sensors that report in bulk.
const STEPS: usize = 2_000;
/// Rows handed to COPY at a time.
const CHUNK: usize = 10_000;

pub(super) async fn points_per_s(db: &mut PgConnection) -> Result<f64> {
    sqlx::raw_sql(
        "drop table if exists public.bench_readings; \
         create table public.bench_readings (tenant_id uuid not null, sensor_id text not null, \
           at timestamptz not null, value double precision not null, quality smallint not null, \
           primary key (tenant_id, sensor_id, at))",
    )
    .execute(&mut *db)
    .await?;
    let chunks = rows();
    let started = Instant::now();
    let mut copy = db
        .copy_in_raw("copy public.bench_readings from stdin")
        .await?;
    for chunk in &chunks {
        copy.send(chunk.as_bytes()).await?;
    }
    let copied = copy.finish().await?;
    let took = started.elapsed().as_secs_f64();
    sqlx::raw_sql("drop table public.bench_readings")
        .execute(db)
        .await?;
    Ok(copied as f64 / took)
}

/// Made beforehand: only Postgres is measured.
fn rows() -> Vec<String> {
    let tenant = Uuid::new_v4();
    let mut chunks = vec![String::new()];
    let mut rows = 0;
    // As they come: some times of one building's sensors after the other.
    for step in 0..STEPS {
        let at = time(step);
        for building in 0..BUILDINGS {
            for sensor in 0..SENSORS {
                let id = bulk_sensor(building, sensor);
                let value = value(building + sensor, step);
                if rows % CHUNK == 0 {
                    chunks.push(String::with_capacity(CHUNK * 90));
                }
                rows += 1;
                if let Some(chunk) = chunks.last_mut() {
                    // Writing to a text can't fail.
                    let (whole, rest) = (value / 100, value % 100);
                    let _ = writeln!(chunk, "{tenant}\t{id}\t{at}\t{whole}.{rest:02}\t0");
                }
            }
        }
    }
    chunks
}
