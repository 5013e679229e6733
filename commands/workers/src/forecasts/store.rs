//! The tables of forecasts.

use chrono::{DateTime, Utc};
use flowgrid_bus::Tenant;
use flowgrid_log::{DbRole, pool};
use flowgrid_projections::forecasts::{Kept, Of};
use sqlx::types::Json;
use sqlx::{PgPool, Row};

use super::ForecastsError;
use super::discover::Found;

/// Whoever fits must have done so by then.
const LEASE: &str = "10 minutes";
/// As many forecasts of each subject are kept.
const KEPT: i64 = 30;

#[derive(Clone)]
pub(super) struct Tables {
    pool: PgPool,
}

/// What is ours to fit.
#[derive(Clone, Debug)]
pub(super) struct Leased {
    pub tenant: Tenant,
    pub of: Of,
    pub subject: String,
    pub newest: DateTime<Utc>,
}

impl Tables {
    pub fn open(url: &str) -> Result<Self, ForecastsError> {
        let pool = pool(url, DbRole::Forecasts, 2)?;
        Ok(Self { pool })
    }

    /// Organizations that are no more have no forecasts either.
    pub async fn forget_closed(&self) -> Result<(), ForecastsError> {
        for table in ["kept", "subjects"] {
            let sql = format!(
                "delete from forecasts.{table} t using public.closed_tenants c where t.tenant_id = c.tenant_id"
            );
            sqlx::query(&sql).execute(&self.pool).await?;
        }
        Ok(())
    }

    /// Notes what an organization wants to have forecast, and forgets the rest.
    pub async fn note(&self, tenant: &Tenant, all: &[Found]) -> Result<(), ForecastsError> {
        let kinds: Vec<&str> = all.iter().map(|found| found.of.as_str()).collect();
        let subjects: Vec<&str> = all.iter().map(|found| &*found.subject).collect();
        let newest: Vec<Option<DateTime<Utc>>> = all.iter().map(|found| found.newest).collect();
        let mut tx = self.pool.begin().await?;
        for table in ["kept", "subjects"] {
            let sql = format!(
                "delete from forecasts.{table} where tenant_id = $1 and (kind, subject) not in \
                 (select * from unnest($2::text[], $3::text[]))"
            );
            let query = sqlx::query(&sql).bind(tenant.id());
            query.bind(&kinds).bind(&subjects).execute(&mut *tx).await?;
        }
        sqlx::query(
            "insert into forecasts.subjects as s (tenant_id, tenant_slug, kind, subject, newest) \
             select $1, $2, * from unnest($3::text[], $4::text[], $5::timestamptz[]) \
              where not exists (select from public.closed_tenants where tenant_id = $1) \
             on conflict (tenant_id, kind, subject) do update set newest = excluded.newest \
             where s.newest is distinct from excluded.newest",
        )
        .bind(tenant.id())
        .bind(tenant.slug())
        .bind(&kinds)
        .bind(&subjects)
        .bind(&newest)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Takes what has waited longest of all that is due: its readings have got a day further since it was
    /// fitted, or some hours since that was tried in vain.
    pub async fn take(&self) -> Result<Option<Leased>, ForecastsError> {
        let sql = format!(
            "with due as materialized ( \
               select tenant_id, kind, subject from forecasts.subjects \
                where leased_until < now() and newest is not null and (tried_until is null or newest >= \
                      tried_until + case when fitted then interval '1 day' else interval '6 hours' end) \
                order by tried_at nulls first limit 1 for update skip locked) \
             update forecasts.subjects s set leased_until = clock_timestamp() + interval '{LEASE}' \
               from due d where (s.tenant_id, s.kind, s.subject) = (d.tenant_id, d.kind, d.subject) \
             returning s.tenant_slug, s.kind, s.subject, s.newest"
        );
        let row = sqlx::query(&sql).fetch_optional(&self.pool).await?;
        let Some(row) = row else { return Ok(None) };
        let corrupt = || sqlx::Error::Decode("a subject of another kind".into());
        let tenant = Tenant::from_slug(row.try_get(0)?);
        Ok(Some(Leased {
            tenant: tenant.map_err(|_| corrupt())?,
            of: Of::parse(row.try_get(1)?).ok_or_else(corrupt)?,
            subject: row.try_get(2)?,
            newest: row.try_get(3)?,
        }))
    }

    /// Keeps a forecast, and the newest of those before it.
    pub async fn keep(&self, leased: &Leased, kept: &Kept) -> Result<(), ForecastsError> {
        let mut tx = self.pool.begin().await?;
        sqlx::query(
            "insert into forecasts.kept (tenant_id, kind, subject, origin, made_at, unit, per_reading, forecast) \
             select $1, $2, $3, $4, $5, $6, $7, $8 \
              where exists (select from forecasts.subjects where (tenant_id, kind, subject) = ($1, $2, $3)) \
             on conflict (tenant_id, kind, subject, origin) do update set made_at = excluded.made_at, \
               unit = excluded.unit, per_reading = excluded.per_reading, forecast = excluded.forecast",
        )
        .bind(leased.tenant.id())
        .bind(leased.of.as_str())
        .bind(&leased.subject)
        .bind(kept.origin)
        .bind(kept.made_at)
        .bind(&kept.unit)
        .bind(kept.per_reading)
        .bind(Json(&kept.forecast))
        .execute(&mut *tx)
        .await?;
        sqlx::query(
            "delete from forecasts.kept where (tenant_id, kind, subject) = ($1, $2, $3) and origin < ( \
               select min(origin) from (select origin from forecasts.kept \
                where (tenant_id, kind, subject) = ($1, $2, $3) order by origin desc limit $4) n)",
        )
        .bind(leased.tenant.id())
        .bind(leased.of.as_str())
        .bind(&leased.subject)
        .bind(KEPT)
        .execute(&mut *tx)
        .await?;
        done(&mut tx, leased, (kept.made_at, None)).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Notes why there is none.
    pub async fn give_up(
        &self,
        leased: &Leased,
        reason: &str,
        now: DateTime<Utc>,
    ) -> Result<(), ForecastsError> {
        let mut connection = self.pool.acquire().await?;
        done(&mut connection, leased, (now, Some(reason))).await
    }

    /// Lets another one have it.
    pub async fn let_go(&self, leased: &Leased) -> Result<(), ForecastsError> {
        sqlx::query(
            "update forecasts.subjects set leased_until = '-infinity' \
             where (tenant_id, kind, subject) = ($1, $2, $3)",
        )
        .bind(leased.tenant.id())
        .bind(leased.of.as_str())
        .bind(&leased.subject)
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}

async fn done(
    connection: &mut sqlx::PgConnection,
    leased: &Leased,
    (now, reason): (DateTime<Utc>, Option<&str>),
) -> Result<(), ForecastsError> {
    sqlx::query(
        "update forecasts.subjects set tried_until = $4, tried_at = $5, reason = $6, \
                fitted = fitted or $6 is null, leased_until = '-infinity' \
          where (tenant_id, kind, subject) = ($1, $2, $3)",
    )
    .bind(leased.tenant.id())
    .bind(leased.of.as_str())
    .bind(&leased.subject)
    .bind(leased.newest)
    .bind(now)
    .bind(reason)
    .execute(connection)
    .await?;
    Ok(())
}
