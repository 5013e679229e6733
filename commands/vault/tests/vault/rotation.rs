use flowgrid_vault::{MasterKeys, Vault};
use uuid::Uuid;

use crate::world::{K1, K2, World, integration, open, tenant};

#[tokio::test]
async fn once_all_is_wrapped_anew_the_previous_key_can_be_taken_away() {
    let world = World::start().await;
    let (ada, acme) = (Uuid::now_v7(), tenant("acme"));
    world.vault.make_keys(ada, &acme).await.unwrap();
    let sealed = world.vault.seal(ada, &acme, "name", "Ada").await.unwrap();
    world
        .vault
        .set_secret(&acme, &integration(ada, 1, "credentials"), world.now)
        .await
        .unwrap();
    world
        .vault
        .begin_totp(ada, "Flowgrid", "ada")
        .await
        .unwrap();
    let index = world.vault.email_index("ada@city.example");
    let both = open(&world.url, &format!("{K2},{K1}")).await;
    assert_eq!(both.rewrap(1_000).await.unwrap(), 4);
    assert_eq!(both.rewrap(1_000).await.unwrap(), 0);
    let new = open(&world.url, K2).await;
    let name = new.open_field(ada, &acme, "name", &sealed).await.unwrap();
    assert_eq!(name.as_deref(), Some("Ada"));
    assert_eq!(
        **new.secret(&acme, ada).await.unwrap().unwrap(),
        *"credentials"
    );
    assert_eq!(new.email_index("ada@city.example"), index);
    let old = MasterKeys::parse(K1).unwrap();
    assert!(Vault::open(&world.url, old, 2).await.is_err());
}

#[tokio::test]
async fn wrapping_anew_goes_on_where_it_was_broken_off() {
    let world = World::start().await;
    let acme = tenant("acme");
    for _ in 0..5 {
        world.vault.make_keys(Uuid::now_v7(), &acme).await.unwrap();
    }
    let both = open(&world.url, &format!("{K2},{K1}")).await;
    let mut each = Vec::new();
    for _ in 0..4 {
        each.push(both.rewrap(2).await.unwrap());
    }
    // The key of the indexes is among the first.
    assert_eq!(each, [3, 2, 1, 0]);
}
