//! Erasing somebody.

use flowgrid_vault::{NewApiKey, Purpose};
use std::time::Duration;
use uuid::Uuid;

use crate::world::{World, tenant};

#[tokio::test]
async fn a_member_is_erased_here_and_a_person_everywhere() {
    let world = World::start().await;
    let (vault, now) = (&world.vault, world.now);
    let (ada, bob) = (Uuid::now_v7(), Uuid::now_v7());
    let (acme, other) = (tenant("acme"), tenant("other"));
    for person in [ada, bob] {
        vault.set_password(person, "$phc", now).await.unwrap();
        for place in [&acme, &other] {
            vault.make_keys(person, place).await.unwrap();
            let key = NewApiKey {
                id: Uuid::now_v7(),
                tenant: place.clone(),
                person,
                role: flowgrid_bus::Role::User,
                scopes: vec!["read".to_owned()],
                expires_at: None,
            };
            vault.make_api_key(&key, now).await.unwrap();
        }
        let life = Duration::from_secs(60);
        let purpose = Purpose::ResetPassword;
        vault
            .make_one_time(purpose, person, "", life, now)
            .await
            .unwrap();
    }
    let sealed = vault
        .seal(ada, &acme, "email", "ada@example.org")
        .await
        .unwrap();
    let later = world.after(60);
    vault.erase_member(ada, &acme, later).await.unwrap();
    let opened = vault
        .open_field(ada, &acme, "email", &sealed)
        .await
        .unwrap();
    assert_eq!(opened, None);
    assert_eq!(vault.tenants_of(ada).await.unwrap(), [other.id()]);
    assert!(vault.api_keys_of(ada, &acme).await.unwrap().is_empty());
    assert_eq!(vault.api_keys_of(ada, &other).await.unwrap().len(), 1);
    assert!(vault.password_of(ada).await.unwrap().is_some());
    vault.erase_person(ada, later).await.unwrap();
    assert!(vault.tenants_of(ada).await.unwrap().is_empty());
    assert_eq!(vault.password_of(ada).await.unwrap(), None);
    let left = "select count(*) from vault.mail_tokens";
    assert_eq!(world.count(left).await, 1);
    assert_eq!(vault.api_keys_of(bob, &acme).await.unwrap().len(), 1);
    assert_eq!(vault.tenants_of(bob).await.unwrap().len(), 2);
}

#[tokio::test]
async fn what_is_younger_than_an_erasure_stays() {
    let world = World::start().await;
    let (ada, acme) = (Uuid::now_v7(), tenant("acme"));
    world.vault.make_keys(ada, &acme).await.unwrap();
    // She has come back before it was applied.
    world
        .vault
        .erase_member(ada, &acme, world.now)
        .await
        .unwrap();
    assert_eq!(world.vault.tenants_of(ada).await.unwrap(), [acme.id()]);
}
