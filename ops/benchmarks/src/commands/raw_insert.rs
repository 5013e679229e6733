//! The baseline: pgbench inserts the same row into an equal table of the same server, one row a
//! transaction, prepared, with 64 clients.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use flowgrid_stack::find_postgres;
use sqlx::{PgConnection, Row};
use tokio::process::Command;

use crate::Result;

const CLIENTS: &str = "64";
const THREADS: &str = "2";

/// Same columns, same indexes as a leaf of `events`.
const TABLE: &str = "
    create schema bench_raw;
    create sequence bench_raw.position;
    create table bench_raw.events (like public.events including defaults);
    alter table bench_raw.events add primary key (log_id, position);
    create unique index on bench_raw.events (aggregate_type, aggregate_id, sequence);";

/// Ids as many as there are buildings to change, so that the index is hit as widely.
const SCRIPT: &str = r"
\set n random(0, 9999)
insert into bench_raw.events (log_id, position, event_id, tenant_id, aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata, recorded_at) select 1, p, gen_random_uuid(), :tenant::uuid, 'building', 'bench-3/b-' || :n, p, 'building.registered', '1.0', :payload::json, :metadata::json, clock_timestamp() from nextval('bench_raw.position') p;
";

/// pgbench, its script and the row it inserts.
#[derive(Debug)]
pub(crate) struct RawInsert {
    program: PathBuf,
    script: PathBuf,
    url: String,
    values: [(&'static str, String); 3],
}

impl RawInsert {
    /// Makes the table; `folder` keeps the script. The row is one that the log holds.
    pub(crate) async fn prepare(url: &str, folder: &Path, db: &mut PgConnection) -> Result<Self> {
        sqlx::raw_sql(TABLE).execute(&mut *db).await?;
        let row = sqlx::query(
            "select tenant_id::text, payload::text, metadata::text from public.events \
             where event_type = 'building.registered' order by log_id, position desc limit 1",
        )
        .fetch_one(db)
        .await?;
        let script = folder.join("raw-insert.sql");
        fs::write(&script, SCRIPT)?;
        Ok(Self {
            program: pgbench()?,
            script,
            url: url.to_owned(),
            values: [
                ("tenant", row.try_get(0)?),
                ("payload", row.try_get(1)?),
                ("metadata", row.try_get(2)?),
            ],
        })
    }

    /// Rows a second.
    pub(crate) async fn run(&self, length: Duration) -> Result<f64> {
        let mut command = Command::new(&self.program);
        command
            .args([
                "--no-vacuum",
                "--protocol=prepared",
                "--client",
                CLIENTS,
                "--jobs",
                THREADS,
            ])
            .arg(format!("--time={}", length.as_secs()))
            .arg("--file")
            .arg(&self.script);
        for (name, value) in &self.values {
            command.arg("--define").arg(format!("{name}={value}"));
        }
        let out = command.arg(&self.url).kill_on_drop(true).output().await?;
        let said = String::from_utf8_lossy(&out.stdout);
        let rate = said.lines().find_map(|line| {
            let (number, _) = line.strip_prefix("tps = ")?.split_once(' ')?;
            number.parse().ok()
        });
        match rate {
            Some(rate) if out.status.success() => Ok(rate),
            _ => Err(format!("pgbench: {}", String::from_utf8_lossy(&out.stderr)).into()),
        }
    }
}

/// Beside the server's binaries, else wherever the distribution keeps those of any version.
fn pgbench() -> Result<PathBuf> {
    let beside = find_postgres()?.program("pgbench");
    if beside.is_file() {
        return Ok(beside);
    }
    let kept = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    kept.map(|version| version.path().join("bin/pgbench"))
        .find(|program| program.is_file())
        .ok_or_else(|| {
            "pgbench is missing: install postgresql-contrib or the server package".into()
        })
}
