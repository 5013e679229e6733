//! The vault in a logical backup: its tables are behind row-level security, which binds their owner as well.

use flowgrid_stack::Stack;
use sqlx::{Connection, PgConnection};

use crate::common::state_folder;
use crate::fleet::Settings;
use crate::ledger::sql;
use crate::scripts::{refused, script};

/// A row of three tables, each behind another kind of policy.
const SECRETS: &str = "insert into vault.sessions (id, person, tenant, tenant_slug, remember, created_at, last_used_at, \
     expires_at, ends_at, current) values ('018f0000-0000-7000-8000-000000000001', '018f0000-0000-7000-8000-000000000002', \
     '018f0000-0000-7000-8000-000000000003', 'acme', false, now(), now(), now(), now(), '{}'); \
     insert into vault.passwords values ('018f0000-0000-7000-8000-000000000002', 'phc', now()); \
     insert into vault.organization_keys (tenant, key_id, wrapped) values ('018f0000-0000-7000-8000-000000000003', 'k1', '')";

async fn one<T>(url: &str, query: &str) -> T
where
    T: for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres> + Send + Unpin,
{
    let mut connection = PgConnection::connect(url).await.unwrap();
    let found = sqlx::query_scalar(query).fetch_one(&mut connection).await;
    connection.close().await.unwrap();
    found.unwrap()
}

/// The same database as another user.
fn as_user(url: &str, user: &str) -> String {
    let (_, place) = url.split_once('@').unwrap();
    format!("postgres://{user}@{place}")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_who_is_no_superuser_saves_the_vault_whole() {
    let stack = Stack::ephemeral(|_| {}).await.unwrap();
    let settings = Settings::of(&stack);
    let super_url = settings.database().to_owned();
    sql(
        &super_url,
        "create role plain login createrole password 'plain'",
    )
    .await;
    for name in [
        "create database saved owner plain",
        "create database restored owner plain",
    ] {
        sql(&super_url, name).await;
    }
    let saved = stack.database_url_of("saved").unwrap();
    let restored = stack.database_url_of("restored").unwrap();
    let (own, new) = (
        as_user(&saved, "plain:plain"),
        as_user(&restored, "plain:plain"),
    );
    let mut settings = settings;
    settings.set("DATABASE_URL", &own);
    settings.must(&["migrate"]);
    sql(&saved, SECRETS).await;

    let folder = state_folder();
    let file = folder.path().join("logs.dump");
    let file = file.to_str().unwrap();
    script("backup-logical.sh", &[&own, file], &[]);
    script("restore-logical.sh", &[file, &new], &[]);
    for table in ["sessions", "passwords", "organization_keys"] {
        let count = format!("select count(*) from vault.{table}");
        assert_eq!(one::<i64>(&restored, &count).await, 1, "{table}");
    }
    // The locks are there again, and the functions find whose a token is.
    let open = "select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace \
                where n.nspname = 'vault' and c.relkind = 'r' and not (c.relrowsecurity and c.relforcerowsecurity)";
    assert_eq!(one::<i64>(&restored, open).await, 0);
    let strange = "select count(*) from pg_proc p join pg_namespace n on n.oid = p.pronamespace \
                   join pg_roles r on r.oid = p.proowner \
                   where n.nspname = 'vault' and p.prosecdef and r.rolname <> 'flowgrid_vault_keeper'";
    assert_eq!(one::<i64>(&restored, strange).await, 0);
    let found = "select vault.session_person('018f0000-0000-7000-8000-000000000001') is not null";
    assert!(one::<bool>(&new, found).await);

    // A table whose rows it can't see is no backup.
    sql(&saved, "drop policy keeper on vault.passwords").await;
    let other = folder.path().join("other.dump");
    let said = refused("backup-logical.sh", &[&own, other.to_str().unwrap()]);
    assert!(said.contains("vault.passwords"), "{said}");
    assert!(!other.exists());
    stack.stop().await.unwrap();
}
