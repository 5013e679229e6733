use uuid::Uuid;

use crate::world::{World, tenant};

#[tokio::test]
async fn credentials_are_kept_sealed_and_can_be_destroyed() {
    let world = World::start().await;
    let (vault, acme, other) = (&world.vault, tenant("acme"), tenant("other"));
    let id = Uuid::now_v7();
    vault
        .set_secret(&acme, id, r#"{"token":"hunter2"}"#, world.now)
        .await
        .unwrap();
    vault
        .set_secret(&acme, id, r#"{"token":"hunter3"}"#, world.now)
        .await
        .unwrap();
    let found = vault.secret(&acme, id).await.unwrap().unwrap();
    assert_eq!(*found, r#"{"token":"hunter3"}"#);
    assert!(vault.secret(&other, id).await.unwrap().is_none());
    vault.delete_secret(&other, id).await.unwrap();
    assert!(vault.secret(&acme, id).await.unwrap().is_some());
    let plain = "select count(*) from vault.integration_secrets where position('hunter' in encode(sealed, 'escape')) > 0";
    assert_eq!(world.count(plain).await, 0);
    vault.delete_secret(&acme, id).await.unwrap();
    assert!(vault.secret(&acme, id).await.unwrap().is_none());
}

#[tokio::test]
async fn endless_credentials_are_refused() {
    let world = World::start().await;
    let endless = "x".repeat(64 * 1024 + 1);
    let refused = world
        .vault
        .set_secret(&tenant("acme"), Uuid::now_v7(), &endless, world.now)
        .await;
    assert!(refused.is_err());
}
