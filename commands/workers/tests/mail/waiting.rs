//! What waits for one address.

use crate::world::{ADDRESS, World, verification, verification_to};

#[tokio::test]
async fn what_waits_for_an_address_is_found_and_forgotten_and_nothing_else() {
    let world = World::start().await;
    let mine = world.put(&verification()).await;
    world.put(&verification_to("ben@example.org")).await;
    let waiting = world.outbox.waiting_for(ADDRESS).await.unwrap();
    assert_eq!(waiting.len(), 1);
    assert_eq!((waiting[0].id, &*waiting[0].kind), (mine, "verify-email"));
    assert_eq!(world.outbox.forget(ADDRESS).await.unwrap(), 1);
    assert!(world.outbox.waiting_for(ADDRESS).await.unwrap().is_empty());
    let others = world.outbox.waiting_for("ben@EXAMPLE.org").await.unwrap();
    assert_eq!(others.len(), 1);
    assert!(world.outbox.waiting_for("no address").await.is_err());
}
