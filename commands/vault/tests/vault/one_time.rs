use std::sync::Arc;
use std::time::Duration;

use flowgrid_vault::{Purpose, Vault};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::world::World;

const HOUR: Duration = Duration::from_secs(3_600);

async fn reset_token(world: &World, person: Uuid) -> String {
    let made =
        world
            .vault
            .make_one_time(Purpose::ResetPassword, person, "payload", HOUR, world.now);
    made.await.unwrap().to_string()
}

async fn used(vault: &Vault, token: &str, at: chrono::DateTime<chrono::Utc>) -> bool {
    let used = vault.use_one_time(Purpose::ResetPassword, token, at).await;
    used.unwrap().is_some()
}

#[tokio::test]
async fn a_token_is_good_once_and_gives_back_its_payload() {
    let world = World::start().await;
    let person = Uuid::now_v7();
    let token = reset_token(&world, person).await;
    let good = world
        .vault
        .use_one_time(Purpose::ResetPassword, &token, world.now);
    let good = good.await.unwrap().unwrap();
    assert_eq!((good.subject, good.payload.as_str()), (person, "payload"));
    assert!(!used(&world.vault, &token, world.now).await);
}

#[tokio::test]
async fn of_many_who_come_with_the_same_token_one_is_served() {
    let world = Arc::new(World::start().await);
    let token = reset_token(&world, Uuid::now_v7()).await;
    let mut all = JoinSet::new();
    for _ in 0..20 {
        let (world, token) = (Arc::clone(&world), token.clone());
        all.spawn(async move { used(&world.vault, &token, world.now).await });
    }
    let served = all
        .join_all()
        .await
        .into_iter()
        .filter(|served| *served)
        .count();
    assert_eq!(served, 1);
}

#[tokio::test]
async fn a_token_is_good_for_its_purpose_until_it_expires() {
    let world = World::start().await;
    let token = reset_token(&world, Uuid::now_v7()).await;
    let other = world
        .vault
        .use_one_time(Purpose::VerifyEmail, &token, world.now)
        .await
        .unwrap();
    assert!(other.is_none());
    assert!(!used(&world.vault, &token, world.now + HOUR).await);
    assert!(!used(&world.vault, &format!("{token}A"), world.now).await);
    assert!(used(&world.vault, &token, world.now).await);
}

#[tokio::test]
async fn a_newer_token_voids_the_older() {
    let world = World::start().await;
    let person = Uuid::now_v7();
    let older = reset_token(&world, person).await;
    let others = reset_token(&world, Uuid::now_v7()).await;
    let newer = reset_token(&world, person).await;
    assert!(!used(&world.vault, &older, world.now).await);
    assert!(used(&world.vault, &newer, world.now).await);
    assert!(used(&world.vault, &others, world.now).await);
    let voided = reset_token(&world, person).await;
    world
        .vault
        .void_one_time(Purpose::ResetPassword, person)
        .await
        .unwrap();
    assert!(!used(&world.vault, &voided, world.now).await);
}

#[tokio::test]
async fn a_challenge_can_be_tried_five_times() {
    let world = World::start().await;
    let (vault, purpose) = (&world.vault, Purpose::SecondFactor);
    let token = vault
        .make_one_time(purpose, Uuid::now_v7(), "", HOUR, world.now)
        .await
        .unwrap();
    for _ in 0..5 {
        assert!(
            vault
                .try_one_time(purpose, &token, world.now)
                .await
                .unwrap()
                .is_some()
        );
    }
    assert!(
        vault
            .try_one_time(purpose, &token, world.now)
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        vault
            .use_one_time(purpose, &token, world.now)
            .await
            .unwrap()
            .is_none()
    );
}
