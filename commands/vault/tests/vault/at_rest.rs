//! Nothing that was handed out or handed in can be read from the tables.

use std::time::Duration;

use flowgrid_bus::Role;
use flowgrid_vault::{NewApiKey, Purpose};
use uuid::Uuid;

use crate::world::{LIMITS, World, integration, owner, session, tenant};

/// All rows of the vault as text, with bytes in hex.
async fn everything(world: &World) -> String {
    let mut owner = owner(&world.url).await;
    let list = "select tablename::text from pg_tables where schemaname = 'vault'";
    let tables: Vec<String> = sqlx::query_scalar(list)
        .fetch_all(&mut owner)
        .await
        .unwrap();
    let mut text = String::new();
    for table in tables {
        let dump = format!("select coalesce(string_agg(t::text, ' '), '') from vault.{table} t");
        let rows: String = sqlx::query_scalar(&dump)
            .fetch_one(&mut owner)
            .await
            .unwrap();
        text.push_str(&rows);
    }
    text
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn the_tables_hold_no_secret_in_clear() {
    let world = World::start().await;
    let (vault, now, acme, ada) = (&world.vault, world.now, tenant("acme"), Uuid::now_v7());
    let hour = Duration::from_secs(3_600);
    vault.make_keys(ada, &acme).await.unwrap();
    let name = vault
        .seal(ada, &acme, "name", "Ada Lovelace")
        .await
        .unwrap();
    let mut ours = session(ada);
    ours.device = Some(name);
    let begun = vault.begin_session(&ours, &LIMITS, now).await.unwrap();
    let payload = "ada@city.example";
    let token = vault
        .make_one_time(Purpose::ChangeEmail, ada, payload, hour, now)
        .await
        .unwrap();
    let setup = vault
        .begin_totp(ada, "Flowgrid", payload)
        .await
        .unwrap()
        .unwrap();
    vault
        .set_secret(&acme, &integration(ada, 1, "hunter2hunter2"), now)
        .await
        .unwrap();
    let key = NewApiKey {
        id: Uuid::now_v7(),
        tenant: acme,
        person: ada,
        role: Role::Viewer,
        scopes: vec!["read".into()],
        expires_at: None,
    };
    let key = vault.make_api_key(&key, now).await.unwrap();
    let everything = everything(&world).await;
    assert!(everything.contains(&ada.to_string()));
    let secrets = [
        "Ada Lovelace",
        payload,
        "hunter2",
        &begun.refresh_token[4..],
        &token[4..],
        &key[36..],
        &setup.secret,
        &setup.recovery_codes[0],
    ];
    for secret in secrets {
        assert!(!everything.contains(secret), "{secret}");
        assert!(!everything.contains(&hex(secret)), "{secret}");
    }
}
