use flowgrid_bus::Role;
use flowgrid_vault::NewApiKey;
use uuid::Uuid;

use crate::world::{World, tenant};

fn key() -> NewApiKey {
    NewApiKey {
        id: Uuid::now_v7(),
        tenant: tenant("acme"),
        person: Uuid::now_v7(),
        role: Role::User,
        scopes: vec!["read".into(), "events:read".into()],
        expires_at: None,
    }
}

#[tokio::test]
async fn a_key_says_whose_it_is() {
    let World { vault, now, .. } = World::start().await;
    let key = key();
    let text = vault.make_api_key(&key, now).await.unwrap();
    assert!(text.starts_with(&format!("fg_{}_", key.id.simple())));
    let found = vault.api_key(&text, now).await.unwrap().unwrap();
    assert_eq!((found.id, found.person), (key.id, key.person));
    assert_eq!((found.tenant.slug(), found.role), ("acme", Role::User));
    assert_eq!(found.scopes, key.scopes);
}

#[tokio::test]
async fn a_well_formed_key_with_another_secret_is_none() {
    let World { vault, now, .. } = World::start().await;
    let key = key();
    let old = vault.make_api_key(&key, now).await.unwrap();
    vault
        .revoke_api_key(&key.tenant, key.id, now)
        .await
        .unwrap();
    let new = vault.make_api_key(&key, now).await.unwrap();
    assert!(vault.api_key(&old, now).await.unwrap().is_none());
    assert!(vault.api_key(&new, now).await.unwrap().is_some());
    assert!(vault.api_key("fg_nonsense", now).await.unwrap().is_none());
}

#[tokio::test]
async fn keys_expire_and_are_revoked() {
    let world = World::start().await;
    let (vault, mut key) = (&world.vault, key());
    key.expires_at = Some(world.after(60));
    let text = vault.make_api_key(&key, world.now).await.unwrap();
    assert!(
        vault
            .api_key(&text, world.after(59))
            .await
            .unwrap()
            .is_some()
    );
    assert!(
        vault
            .api_key(&text, world.after(60))
            .await
            .unwrap()
            .is_none()
    );
    let other = tenant("other");
    vault
        .revoke_api_key(&other, key.id, world.now)
        .await
        .unwrap();
    assert!(vault.api_key(&text, world.now).await.unwrap().is_some());
    vault
        .revoke_api_key(&key.tenant, key.id, world.now)
        .await
        .unwrap();
    assert!(vault.api_key(&text, world.now).await.unwrap().is_none());
}

#[tokio::test]
async fn its_use_is_written_now_and_then_and_a_new_address_at_once() {
    let world = World::start().await;
    let (vault, key) = (&world.vault, key());
    vault.make_keys(key.person, &key.tenant).await.unwrap();
    let text = vault.make_api_key(&key, world.now).await.unwrap();
    let mut told = Vec::new();
    for (second, address) in [
        (0, "192.0.2.1"),
        (1, "192.0.2.1"),
        (2, "192.0.2.2"),
        (70, "192.0.2.2"),
    ] {
        let at = world.after(second);
        let found = vault.api_key(&text, at).await.unwrap().unwrap();
        let moved = vault.api_key_used(&found, address, at).await.unwrap();
        let uses = vault.api_key_uses(&key.tenant).await.unwrap();
        told.push((
            moved,
            uses[0].last_used_at == at,
            uses[0].address.clone().unwrap(),
        ));
    }
    let expected = [
        (false, true, "192.0.2.1".to_owned()),
        (false, false, "192.0.2.1".to_owned()),
        (true, true, "192.0.2.2".to_owned()),
        (false, true, "192.0.2.2".to_owned()),
    ];
    assert_eq!(told, expected);
    let plain = "select count(*) from vault.api_keys where last_address like '%192%'";
    assert_eq!(world.count(plain).await, 0);
    vault
        .shred(key.person, Some(&key.tenant), world.now)
        .await
        .unwrap();
    assert_eq!(
        vault.api_key_uses(&key.tenant).await.unwrap()[0].address,
        None
    );
}
