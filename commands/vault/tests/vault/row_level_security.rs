//! Each table × select, insert, update, delete × own, other and no owner, on one pooled connection.

use flowgrid_log::{DbRole, pool};
use flowgrid_vault::{MasterKeys, Vault, VaultError};
use sqlx::{Executor, PgPool, Row};
use uuid::Uuid;

use crate::world::{K1, World, owner};

/// A table of secrets, a row for `{p}` and `{t}`, and what its owners may do.
struct Table {
    name: &'static str,
    row: &'static str,
    /// A column that can be written.
    set: &'static str,
    person: Rights,
    tenant: Rights,
}

#[derive(Clone, Copy, PartialEq)]
enum Rights {
    None,
    /// To see and to end, but not to make or change.
    End,
    All,
}
use Rights::{All, End};

const TABLES: &[Table] = &[
    Table {
        name: "personal_keys",
        row: "(subject, tenant, key_id, wrapped) values ('{p}', '{t}', 'k1', '')",
        set: "key_id",
        person: All,
        tenant: All,
    },
    Table {
        name: "passwords",
        row: "(person, phc, changed_at) values ('{p}', 'phc', now())",
        set: "phc",
        person: All,
        tenant: Rights::None,
    },
    Table {
        name: "totp",
        row: "(person, key_id, sealed) values ('{p}', 'k1', '')",
        set: "enabled",
        person: All,
        tenant: Rights::None,
    },
    Table {
        name: "recovery_codes",
        row: "(person, hash) values ('{p}', '')",
        set: "hash",
        person: All,
        tenant: Rights::None,
    },
    Table {
        name: "sessions",
        row: "(id, person, tenant, tenant_slug, remember, created_at, last_used_at, expires_at, ends_at, current) \
              values (gen_random_uuid(), '{p}', '{t}', 'acme', false, now(), now(), now(), now(), '{}')",
        set: "confirmed",
        person: All,
        tenant: End,
    },
    Table {
        name: "mail_tokens",
        row: "(hash, purpose, subject, sealed, expires_at) values ('\\x00', 'invitation', '{p}', '', now())",
        set: "tries",
        person: All,
        tenant: Rights::None,
    },
    Table {
        name: "repeats",
        row: "(caller, key, request, begun_at, expires_at) values ('{p}', '', '', now(), now())",
        set: "answer",
        person: All,
        tenant: Rights::None,
    },
    Table {
        name: "api_keys",
        row: "(id, tenant, tenant_slug, person, role, scopes, secret, created_at) \
              values (gen_random_uuid(), '{t}', 'acme', '{p}', 'user', '{}', '', now())",
        set: "last_used_at",
        person: End,
        tenant: All,
    },
    Table {
        name: "presence",
        row: "(tenant, person, signed_in_at, seen_at) values ('{t}', '{p}', now(), now())",
        set: "seen_at",
        person: End,
        tenant: All,
    },
    Table {
        name: "organization_keys",
        row: "(tenant, key_id, wrapped) values ('{t}', 'k1', '')",
        set: "key_id",
        person: Rights::None,
        tenant: All,
    },
    Table {
        name: "integration_secrets",
        row: "(tenant, id, person, sealed, changed_at) \
              values ('{t}', gen_random_uuid(), '{p}', '', now())",
        set: "sealed",
        person: End,
        tenant: All,
    },
];

/// Those that hold nobody's secret, with who may do what to them.
const NOBODYS: &[&str] = &["checkpoints", "closings", "index_key", "revocations"];

const PERSON: Uuid = Uuid::from_u128(1);
const TENANT: Uuid = Uuid::from_u128(2);
const OTHER: Uuid = Uuid::from_u128(9);

fn insert(table: &Table) -> String {
    let row = table.row.replace("{p}", &PERSON.to_string());
    let row = row.replace("{t}", &TENANT.to_string());
    format!("insert into vault.{} {row}", table.name)
}

/// Runs a statement as somebody and takes it back; answers the rows, or that it was refused.
async fn as_(pool: &PgPool, person: Option<Uuid>, tenant: Option<Uuid>, sql: &str) -> Option<u64> {
    let mut tx = pool.begin().await.unwrap();
    for (name, id) in [("app.person", person), ("app.tenant", tenant)] {
        if let Some(id) = id {
            let set = sqlx::query("select set_config($1, $2, true)");
            let set = set.bind(name).bind(id.to_string());
            set.execute(&mut *tx).await.unwrap();
        }
    }
    match sqlx::raw_sql(sql).execute(&mut *tx).await {
        Ok(done) => Some(done.rows_affected()),
        Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some("42501") => None,
        Err(error) => panic!("{sql}: {error}"),
    }
}

async fn check(pool: &PgPool, table: &Table, who: (Option<Uuid>, Option<Uuid>), rights: Rights) {
    let (name, set) = (table.name, table.set);
    let run = |sql: String| async move { as_(pool, who.0, who.1, &sql).await };
    let sees = u64::from(rights != Rights::None);
    let all = u64::from(rights == All);
    let told = format!("{name} as {who:?}");
    assert_eq!(
        run(format!("select * from vault.{name}")).await,
        Some(sees),
        "{told}"
    );
    let update = format!("update vault.{name} set {set} = {set}");
    assert_eq!(run(update).await, Some(all), "{told}");
    assert_eq!(
        run(format!("delete from vault.{name}")).await,
        Some(sees),
        "{told}"
    );
    let again = format!("delete from vault.{name}; {}", insert(table));
    let inserted = run(if all == 1 { again } else { insert(table) }).await;
    assert_eq!(inserted.is_some(), rights == All, "{told}");
}

#[tokio::test]
async fn everybody_sees_the_own_rows_alone() {
    let world = World::start().await;
    let pool = pool(&world.url, DbRole::Vault, 1).unwrap();
    let mut owner = owner(&world.url).await;
    for table in TABLES {
        owner.execute(insert(table).as_str()).await.unwrap();
        for (who, rights) in [
            ((Some(PERSON), None), table.person),
            ((None, Some(TENANT)), table.tenant),
            ((Some(OTHER), None), Rights::None),
            ((None, Some(OTHER)), Rights::None),
            ((Some(OTHER), Some(OTHER)), Rights::None),
            ((Some(TENANT), Some(PERSON)), Rights::None),
            ((None, None), Rights::None),
        ] {
            check(&pool, table, who, rights).await;
        }
    }
}

#[tokio::test]
async fn no_row_can_be_given_to_another() {
    let world = World::start().await;
    let pool = pool(&world.url, DbRole::Vault, 1).unwrap();
    let mut owner = owner(&world.url).await;
    for table in TABLES {
        owner.execute(insert(table).as_str()).await.unwrap();
        let (who, column) = if table.person == All {
            let column = match table.name {
                "personal_keys" | "mail_tokens" => "subject",
                "repeats" => "caller",
                _ => "person",
            };
            ((Some(PERSON), None), column)
        } else {
            ((None, Some(TENANT)), "tenant")
        };
        let give = format!("update vault.{} set {column} = '{OTHER}'", table.name);
        assert_eq!(
            as_(&pool, who.0, who.1, &give).await,
            None,
            "{}",
            table.name
        );
    }
}

#[tokio::test]
async fn a_connection_forgets_whose_rows_it_showed() {
    let world = World::start().await;
    let pool = pool(&world.url, DbRole::Vault, 1).unwrap();
    let mut owner = owner(&world.url).await;
    owner.execute(insert(&TABLES[1]).as_str()).await.unwrap();
    for _ in 0..2 {
        assert_eq!(
            as_(&pool, Some(PERSON), None, "select * from vault.passwords").await,
            Some(1)
        );
        let bare = sqlx::query("select phc from vault.passwords")
            .fetch_all(&pool)
            .await
            .unwrap();
        assert!(bare.is_empty());
    }
}

#[tokio::test]
async fn who_revokes_must_be_concerned() {
    let world = World::start().await;
    let pool = pool(&world.url, DbRole::Vault, 1).unwrap();
    let revoke = |subject: Uuid, tenant: Uuid| {
        format!(
            "insert into vault.revocations (kind, subject, tenant, revoked_at, until) \
             values ('session', '{subject}', '{tenant}', now(), now())"
        )
    };
    for (who, good) in [
        ((Some(PERSON), None), true),
        ((None, Some(TENANT)), true),
        ((Some(OTHER), Some(OTHER)), false),
        ((None, None), false),
    ] {
        let revoked = as_(&pool, who.0, who.1, &revoke(PERSON, TENANT)).await;
        assert_eq!(revoked.is_some(), good, "{who:?}");
    }
    for table in NOBODYS {
        let delete = format!("delete from vault.{table}");
        assert_eq!(as_(&pool, Some(PERSON), Some(TENANT), &delete).await, None);
    }
}

#[tokio::test]
async fn every_table_is_in_this_matrix() {
    let world = World::start().await;
    let rows = sqlx::query("select tablename::text from pg_tables where schemaname = 'vault'")
        .fetch_all(&mut owner(&world.url).await)
        .await
        .unwrap();
    let mut there: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    there.sort_unstable();
    let known = TABLES.iter().map(|table| table.name);
    let mut known: Vec<&str> = known.chain(NOBODYS.iter().copied()).collect();
    known.sort_unstable();
    assert_eq!(there, known);
}

#[tokio::test]
async fn the_keeper_sees_no_secret() {
    let world = World::start().await;
    let secret = "select count(*) from information_schema.column_privileges \
                  where grantee = 'flowgrid_vault_keeper' and table_schema = 'vault' and privilege_type = 'SELECT' \
                  and column_name in ('wrapped', 'phc', 'sealed', 'secret', 'current', 'previous', 'device', 'address', 'request', 'answer')";
    assert_eq!(world.count(secret).await, 0);
    let other = "select count(*) from information_schema.column_privileges \
                 where grantee = 'flowgrid_vault_keeper' and table_schema = 'vault' \
                 and privilege_type not in ('SELECT', 'DELETE')";
    assert_eq!(world.count(other).await, 0);
}

#[tokio::test]
async fn a_vault_without_its_locks_does_not_open() {
    let world = World::start().await;
    let mut owner = owner(&world.url).await;
    for broken in ["disable row level security", "no force row level security"] {
        let alter = format!("alter table vault.passwords {broken}");
        owner.execute(alter.as_str()).await.unwrap();
        let opened = Vault::open(&world.url, MasterKeys::parse(K1).unwrap(), 2).await;
        assert!(matches!(opened, Err(VaultError::Unsafe(_))), "{broken}");
        let mend =
            "alter table vault.passwords enable row level security, force row level security";
        owner.execute(mend).await.unwrap();
    }
}
