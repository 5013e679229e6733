use uuid::Uuid;

use crate::world::{World, integration, tenant};

#[tokio::test]
async fn credentials_are_kept_sealed_and_can_be_destroyed() {
    let world = World::start().await;
    let (vault, acme, other) = (&world.vault, tenant("acme"), tenant("other"));
    let id = Uuid::now_v7();
    for (revision, plain) in [(1, r#"{"token":"hunter2"}"#), (2, r#"{"token":"hunter3"}"#)] {
        let secret = integration(id, revision, plain);
        vault.set_secret(&acme, &secret, world.now).await.unwrap();
    }
    let found = vault.secret(&acme, id).await.unwrap().unwrap();
    assert_eq!(*found, r#"{"token":"hunter3"}"#);
    assert!(vault.secret(&other, id).await.unwrap().is_none());
    vault.delete_secret(&other, id, 9).await.unwrap();
    assert!(vault.secret(&acme, id).await.unwrap().is_some());
    let plain = "select count(*) from vault.integration_secrets where position('hunter' in encode(sealed, 'escape')) > 0";
    assert_eq!(world.count(plain).await, 0);
    vault.delete_secret(&acme, id, 3).await.unwrap();
    assert!(vault.secret(&acme, id).await.unwrap().is_none());
}

#[tokio::test]
async fn what_comes_late_takes_nothing_from_what_came_after_it() {
    let world = World::start().await;
    let (vault, acme, id) = (&world.vault, tenant("acme"), Uuid::now_v7());
    for (revision, plain) in [(3, "newer"), (2, "older")] {
        let secret = integration(id, revision, plain);
        vault.set_secret(&acme, &secret, world.now).await.unwrap();
    }
    vault.delete_secret(&acme, id, 2).await.unwrap();
    let found = vault.secret(&acme, id).await.unwrap().unwrap();
    assert_eq!(*found, "newer");
}

#[tokio::test]
async fn endless_credentials_are_refused() {
    let world = World::start().await;
    let endless = "x".repeat(64 * 1024 + 1);
    let secret = integration(Uuid::now_v7(), 1, &endless);
    let acme = tenant("acme");
    let refused = world.vault.set_secret(&acme, &secret, world.now).await;
    assert!(refused.is_err());
}
