use std::time::Duration;

use flowgrid_vault::{Purpose, Revoked};
use uuid::Uuid;

use crate::world::{LIMITS, World, session};

#[tokio::test]
async fn what_is_past_its_time_is_swept_away_and_nothing_else() {
    let world = World::start().await;
    let (vault, hour) = (&world.vault, Duration::from_secs(3_600));
    let person = Uuid::now_v7();
    vault
        .begin_session(&session(person), &LIMITS, world.now)
        .await
        .unwrap();
    vault
        .begin_session(&session(person), &LIMITS, world.after(3_600))
        .await
        .unwrap();
    vault
        .make_one_time(Purpose::VerifyEmail, person, "", hour, world.now)
        .await
        .unwrap();
    vault
        .make_one_time(Purpose::ResetPassword, person, "", 2 * hour, world.now)
        .await
        .unwrap();
    vault
        .revoke(Revoked::Person(person), world.now)
        .await
        .unwrap();
    assert_eq!(vault.sweep(world.now).await.unwrap(), 0);
    assert_eq!(vault.sweep(world.after(3_601)).await.unwrap(), 2);
    assert_eq!(vault.sweep(world.after(3_601)).await.unwrap(), 0);
    assert_eq!(vault.sweep(world.after(2 * 86_400)).await.unwrap(), 3);
    for table in ["sessions", "mail_tokens", "revocations"] {
        assert_eq!(
            world
                .count(&format!("select count(*) from vault.{table}"))
                .await,
            0
        );
    }
}
