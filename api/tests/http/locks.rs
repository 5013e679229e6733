//! Row-level security of every table that is there when everything runs: read models, vault, whatever comes.

use flowgrid_bus::{Role, Tenant};
use serde_json::json;
use sqlx::{PgConnection, Row};
use uuid::Uuid;

use crate::call::{ALERTS, BUILDINGS, get, post};
use crate::somebody::Somebody;
use crate::world::{World, run};

/// Tables of the logs and of projectors: who may read those sees all organizations, and no handler may but
/// through `Access`.
const OF_THE_LOG: &[&str] = &[
    "claims",
    "closed_tenants",
    "events",
    "placements",
    "receipts",
    "streams",
];

async fn tables(connection: &mut PgConnection) -> Vec<(String, String, bool, bool, i64)> {
    sqlx::query(
        "select n.nspname, c.relname, c.relrowsecurity and c.relforcerowsecurity as locked, \
         exists (select from pg_policy p where p.polrelid = c.oid) as has_policy, \
         (select count(*) from pg_attribute a where a.attrelid = c.oid and not a.attisdropped \
          and a.attname in ('tenant', 'tenant_id')) as tenants \
         from pg_class c join pg_namespace n on n.oid = c.relnamespace \
         where c.relkind in ('r', 'p') and not c.relispartition \
         and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast') order by 1, 2",
    )
    .fetch_all(connection)
    .await
    .unwrap()
    .iter()
    .map(|row| (row.get(0), row.get(1), row.get(2), row.get(3), row.get(4)))
    .collect()
}

#[test]
fn a_table_of_organizations_has_its_locks() {
    run(|world, _| async move {
        let mut seen = 0;
        for (schema, name, locked, has_policy, tenants) in tables(&mut world.owner().await).await {
            let of_the_log = schema == "public" && OF_THE_LOG.contains(&name.as_str());
            if tenants == 0 || of_the_log {
                continue;
            }
            assert!(locked && has_policy, "{schema}.{name} is open to everybody");
            seen += 1;
        }
        assert!(seen >= 10, "{seen}");
    });
}

#[test]
fn whoever_queries_reads_no_log_and_no_secret() {
    run(|world, _| async move {
        for role in [
            "flowgrid_query",
            "flowgrid_limits",
            "flowgrid_mail",
            "flowgrid_rules",
        ] {
            for table in [
                "public.events",
                "public.claims",
                "vault.passwords",
                "vault.sessions",
            ] {
                let reaches = format!("select has_table_privilege('{role}', '{table}', 'select')");
                let reaches: bool = sqlx::query_scalar(&reaches)
                    .fetch_one(&mut world.owner().await)
                    .await
                    .unwrap();
                assert!(!reaches, "{role} {table}");
            }
        }
    });
}

/// Rows of a read model that a statement reaches as this organization; `None` where it may not at all.
async fn reached(connection: &mut PgConnection, tenant: &str, statement: &str) -> Option<u64> {
    let begin = format!(
        "begin; set local role flowgrid_query; select set_config('app.tenant', '{tenant}', true)"
    );
    sqlx::raw_sql(&begin)
        .execute(&mut *connection)
        .await
        .unwrap();
    let done = sqlx::raw_sql(statement).execute(&mut *connection).await;
    sqlx::raw_sql("rollback")
        .execute(&mut *connection)
        .await
        .unwrap();
    match done {
        Ok(done) => Some(done.rows_affected()),
        Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some("42501") => None,
        Err(error) => panic!("{statement}: {error}"),
    }
}

#[test]
fn each_read_model_shows_each_organization_its_own_and_can_be_changed_by_none() {
    run(|world, org| async move {
        let own = filled(world, &org).await;
        let other = filled(world, &format!("{org}-other")).await;
        let mut connection = world.owner().await;
        let mut shown = 0;
        for (schema, name, ..) in tables(&mut world.owner().await).await {
            if !schema.starts_with("rm_") {
                continue;
            }
            let table = format!("{schema}.{name}");
            let all = format!("select * from {table}");
            for tenant in [own, other] {
                let of = format!("select count(*) from {table} where tenant_id = '{tenant}'");
                let there: i64 = sqlx::query_scalar(&of)
                    .fetch_one(&mut connection)
                    .await
                    .unwrap();
                let seen = reached(&mut connection, &tenant.to_string(), &all).await;
                assert_eq!(seen, Some(there.unsigned_abs()), "{table}");
                shown += there;
            }
            assert_eq!(reached(&mut connection, "", &all).await, Some(0), "{table}");
            for tenant in [own.to_string(), other.to_string(), String::new()] {
                for change in [
                    format!("insert into {table} (tenant_id) values ('{own}')"),
                    format!("update {table} set tenant_id = '{own}'"),
                    format!("delete from {table}"),
                ] {
                    let done = reached(&mut connection, &tenant, &change).await;
                    assert_eq!(done, None, "{change}");
                }
            }
        }
        assert!(shown >= 4, "{shown}");
    });
}

/// An organization with a building and an alert, when the read models show them.
async fn filled(world: &World, org: &str) -> Uuid {
    Somebody::new(world, org).await;
    let token = world.token(org, Role::User);
    let building = post(BUILDINGS, &json!({"name": "B"})).token(&token);
    building.send(world).await.expect(201);
    let alert = post(ALERTS, &json!({"title": "A"})).token(&token);
    let made = alert.send(world).await;
    made.expect(201);
    let position = made.header("x-event-position");
    for path in [BUILDINGS, ALERTS] {
        let list = get(path).token(&token).header("x-min-position", position);
        assert_eq!(list.send(world).await.expect(200)["pagination"]["total"], 1);
    }
    Tenant::from_slug(org).unwrap().id()
}
