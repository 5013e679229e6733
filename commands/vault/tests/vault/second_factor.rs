use std::sync::Arc;

use chrono::{DateTime, Utc};
use flowgrid_vault::{TotpSetup, Vault};
use tokio::task::JoinSet;
use totp_rs::{Algorithm, TOTP};
use uuid::Uuid;

use crate::world::World;

/// What an authenticator shows that was told the secret.
fn code(setup: &TotpSetup, at: DateTime<Utc>) -> String {
    let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut secret = Vec::new();
    let (mut bits, mut held) = (0_u32, 0);
    for letter in setup.secret.chars() {
        bits = bits << 5 | letters.find(letter).unwrap() as u32;
        held += 5;
        if held >= 8 {
            held -= 8;
            secret.push((bits >> held & 255) as u8);
        }
    }
    let totp = TOTP::new(Algorithm::SHA1, 6, 0, 30, secret).unwrap();
    totp.generate(at.timestamp().cast_unsigned())
}

async fn set_up(vault: &Vault, person: Uuid) -> TotpSetup {
    let setup = vault
        .begin_totp(person, "Flowgrid", "ada@city.example")
        .await
        .unwrap();
    setup.expect("no second factor yet")
}

async fn enabled(world: &World, person: Uuid) -> TotpSetup {
    let setup = set_up(&world.vault, person).await;
    let shown = code(&setup, world.now);
    let enabling = world.vault.enable_totp(person, &shown, world.now);
    assert!(enabling.await.unwrap());
    setup
}

#[tokio::test]
async fn a_second_factor_is_asked_for_once_a_code_was_shown() {
    let world = World::start().await;
    let (vault, person) = (&world.vault, Uuid::now_v7());
    let setup = set_up(vault, person).await;
    assert!(setup.uri.contains(&*setup.secret));
    assert!(!vault.has_second_factor(person).await.unwrap());
    assert!(
        !vault
            .check_totp(person, &code(&setup, world.now), world.now)
            .await
            .unwrap()
    );
    assert!(
        !vault
            .enable_totp(person, "000000x", world.now)
            .await
            .unwrap()
    );
    // Another set-up voids the first.
    let second = set_up(vault, person).await;
    assert!(
        !vault
            .enable_totp(person, &code(&setup, world.now), world.now)
            .await
            .unwrap()
    );
    assert!(
        vault
            .enable_totp(person, &code(&second, world.now), world.now)
            .await
            .unwrap()
    );
    assert!(vault.has_second_factor(person).await.unwrap());
    assert!(
        vault
            .begin_totp(person, "Flowgrid", "ada")
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn no_code_is_taken_twice_nor_an_older_one_after_it() {
    let world = World::start().await;
    let (vault, person) = (&world.vault, Uuid::now_v7());
    let setup = enabled(&world, person).await;
    let at_setup = code(&setup, world.now);
    assert!(
        !vault
            .check_totp(person, &at_setup, world.now)
            .await
            .unwrap()
    );
    let next = code(&setup, world.after(30));
    assert!(vault.check_totp(person, &next, world.now).await.unwrap());
    assert!(
        !vault
            .check_totp(person, &next, world.after(30))
            .await
            .unwrap()
    );
    assert!(
        !vault
            .check_totp(person, &at_setup, world.after(30))
            .await
            .unwrap()
    );
    let later = code(&setup, world.after(90));
    assert!(
        vault
            .check_totp(person, &later, world.after(90))
            .await
            .unwrap()
    );
}

#[tokio::test]
async fn of_many_who_come_with_the_same_code_one_gets_in() {
    let world = Arc::new(World::start().await);
    let person = Uuid::now_v7();
    let setup = enabled(&world, person).await;
    let code = code(&setup, world.after(60));
    let mut all = JoinSet::new();
    for _ in 0..20 {
        let (world, code) = (Arc::clone(&world), code.clone());
        all.spawn(async move {
            world
                .vault
                .check_totp(person, &code, world.after(60))
                .await
                .unwrap()
        });
    }
    let got_in = all.join_all().await.into_iter().filter(|in_| *in_).count();
    assert_eq!(got_in, 1);
}

#[tokio::test]
async fn a_recovery_code_is_good_once_however_it_is_typed() {
    let world = World::start().await;
    let (vault, person) = (&world.vault, Uuid::now_v7());
    let pending = set_up(vault, person).await;
    assert_eq!(
        vault
            .use_recovery_code(person, &pending.recovery_codes[0])
            .await
            .unwrap(),
        None
    );
    let setup = enabled(&world, person).await;
    assert_eq!(setup.recovery_codes.len(), 10);
    let typed = setup.recovery_codes[3].to_uppercase().replace('-', " ");
    assert_eq!(
        vault.use_recovery_code(person, &typed).await.unwrap(),
        Some(9)
    );
    assert_eq!(vault.use_recovery_code(person, &typed).await.unwrap(), None);
    assert_eq!(vault.use_recovery_code(person, "").await.unwrap(), None);
    let other = Uuid::now_v7();
    assert_eq!(
        vault
            .use_recovery_code(other, &setup.recovery_codes[4])
            .await
            .unwrap(),
        None
    );
    let new = vault.new_recovery_codes(person).await.unwrap();
    assert_eq!(
        vault
            .use_recovery_code(person, &setup.recovery_codes[4])
            .await
            .unwrap(),
        None
    );
    assert_eq!(
        vault.use_recovery_code(person, &new[0]).await.unwrap(),
        Some(9)
    );
}

#[tokio::test]
async fn turned_off_it_is_forgotten() {
    let world = World::start().await;
    let (vault, person) = (&world.vault, Uuid::now_v7());
    let setup = enabled(&world, person).await;
    vault.disable_totp(person).await.unwrap();
    assert!(!vault.has_second_factor(person).await.unwrap());
    assert!(
        !vault
            .check_totp(person, &code(&setup, world.after(60)), world.after(60))
            .await
            .unwrap()
    );
    assert_eq!(
        world
            .count("select count(*) from vault.recovery_codes")
            .await,
        0
    );
}
