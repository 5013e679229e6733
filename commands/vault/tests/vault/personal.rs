use flowgrid_vault::{Field, VaultError};
use uuid::Uuid;

use crate::world::{World, owner, tenant};

#[tokio::test]
async fn what_was_sealed_opens_at_its_own_place_alone() {
    let World { vault, .. } = World::start().await;
    let (ada, bob, acme, other) = (
        Uuid::now_v7(),
        Uuid::now_v7(),
        tenant("acme"),
        tenant("other"),
    );
    for subject in [ada, bob] {
        vault.make_keys(subject, &acme).await.unwrap();
        vault.make_keys(subject, &other).await.unwrap();
    }
    let sealed = vault
        .seal(ada, &acme, "email", "ada@city.example")
        .await
        .unwrap();
    assert!(sealed.starts_with("v1."), "{sealed}");
    let opened = vault
        .open_field(ada, &acme, "email", &sealed)
        .await
        .unwrap();
    assert_eq!(opened.as_deref(), Some("ada@city.example"));
    assert!(vault.open_field(ada, &acme, "name", &sealed).await.is_err());
    assert!(
        vault
            .open_field(ada, &other, "email", &sealed)
            .await
            .is_err()
    );
    assert!(
        vault
            .open_field(bob, &acme, "email", &sealed)
            .await
            .is_err()
    );
    for wrong in [
        "",
        "v1.",
        "v2.AAAA",
        "ada@city.example",
        &sealed[..sealed.len() - 1],
    ] {
        assert!(
            vault.open_field(ada, &acme, "email", wrong).await.is_err(),
            "{wrong}"
        );
    }
}

#[tokio::test]
async fn erasing_in_one_organization_leaves_the_others() {
    let world = World::start().await;
    let (vault, ada) = (&world.vault, Uuid::now_v7());
    let (acme, other) = (tenant("acme"), tenant("other"));
    vault.make_keys(ada, &acme).await.unwrap();
    vault.make_keys(ada, &other).await.unwrap();
    let here = vault.seal(ada, &acme, "name", "Ada").await.unwrap();
    let there = vault.seal(ada, &other, "name", "Ada").await.unwrap();
    vault.shred(ada, Some(&acme), world.now).await.unwrap();
    assert_eq!(
        vault.open_field(ada, &acme, "name", &here).await.unwrap(),
        None
    );
    assert!(
        vault
            .open_field(ada, &other, "name", &there)
            .await
            .unwrap()
            .is_some()
    );
    let refused = vault.seal(ada, &acme, "name", "Ada").await;
    assert!(matches!(refused, Err(VaultError::Erased)));
    vault.shred(ada, None, world.now).await.unwrap();
    assert_eq!(
        vault.open_field(ada, &other, "name", &there).await.unwrap(),
        None
    );
    assert_eq!(
        world
            .count("select count(*) from vault.personal_keys")
            .await,
        0
    );
}

#[tokio::test]
async fn a_new_key_does_not_open_what_was_erased() {
    let world = World::start().await;
    let (vault, ada, acme) = (&world.vault, Uuid::now_v7(), tenant("acme"));
    vault.make_keys(ada, &acme).await.unwrap();
    let sealed = vault.seal(ada, &acme, "name", "Ada").await.unwrap();
    vault.shred(ada, Some(&acme), world.now).await.unwrap();
    vault.make_keys(ada, &acme).await.unwrap();
    assert!(vault.open_field(ada, &acme, "name", &sealed).await.is_err());
}

#[tokio::test]
async fn a_list_opens_at_once_and_shows_who_is_erased() {
    let world = World::start().await;
    let (vault, acme) = (&world.vault, tenant("acme"));
    let people: Vec<Uuid> = (0..5).map(|_| Uuid::now_v7()).collect();
    let mut sealed = Vec::new();
    for person in &people {
        vault.make_keys(*person, &acme).await.unwrap();
        sealed.push(
            vault
                .seal(*person, &acme, "name", &person.to_string())
                .await
                .unwrap(),
        );
    }
    vault
        .shred(people[2], Some(&acme), world.now)
        .await
        .unwrap();
    let fields: Vec<Field<'_>> = people
        .iter()
        .zip(&sealed)
        .map(|(person, sealed)| Field {
            subject: *person,
            name: "name",
            sealed,
        })
        .collect();
    let cold = world.another().await;
    let opened = cold.open_fields(&acme, &fields).await.unwrap();
    let expected: Vec<Option<String>> = people
        .iter()
        .map(|person| (*person != people[2]).then(|| person.to_string()))
        .collect();
    assert_eq!(opened, expected);
}

#[tokio::test]
async fn an_address_is_found_however_it_is_spelt() {
    let world = World::start().await;
    let index = world.vault.email_index("ada@city.example");
    assert_eq!(index, world.vault.email_index("  Ada@City.Example "));
    assert_ne!(index, world.vault.email_index("bob@city.example"));
    assert_eq!(index, world.another().await.email_index("ada@city.example"));
    assert_eq!(index.len(), 64);
}

#[tokio::test]
async fn who_comes_back_after_an_erasure_gets_a_key_from_after_it() {
    let world = World::start().await;
    let (vault, ada, acme) = (&world.vault, Uuid::now_v7(), tenant("acme"));
    vault.make_keys(ada, &acme).await.unwrap();
    let old = vault.seal(ada, &acme, "name", "Ada").await.unwrap();
    let erased = sqlx::query_scalar("select clock_timestamp()")
        .fetch_one(&mut owner(&world.url).await)
        .await
        .unwrap();
    vault.renew_keys(ada, &acme, erased).await.unwrap();
    let opens = async |sealed: &str| vault.open_field(ada, &acme, "name", sealed).await.ok();
    assert_eq!(opens(&old).await, None);
    let new = vault.seal(ada, &acme, "name", "Ada").await.unwrap();
    // Whoever comes second with the same erasure leaves the key alone.
    vault.renew_keys(ada, &acme, erased).await.unwrap();
    assert_eq!(opens(&new).await, Some(Some("Ada".to_owned())));
}

#[tokio::test]
async fn an_address_is_known_by_a_hash_that_tells_networks_apart() {
    let world = World::start().await;
    let vault = &world.vault;
    let address = |text: &str| vault.address_index(text.parse().unwrap());
    let network = |text: &str| vault.network_index(text.parse().unwrap());
    assert_eq!(address("192.0.2.1"), address("::ffff:192.0.2.1"));
    assert_ne!(address("192.0.2.1"), address("192.0.2.2"));
    assert_ne!(address("192.0.2.1"), network("192.0.2.1"));
    assert_eq!(network("192.0.2.1"), network("192.0.2.255"));
    assert_ne!(network("192.0.2.1"), network("192.0.3.1"));
    // A customer's addresses are anybody's choice, its networks are not.
    assert_eq!(address("2001:db8:1:2::1"), address("2001:db8:1:2:ffff::"));
    assert_ne!(address("2001:db8:1:2::1"), address("2001:db8:1:3::1"));
    assert_eq!(network("2001:db8:1:2::1"), network("2001:db8:1:ffff::1"));
    assert_ne!(network("2001:db8:1::1"), network("2001:db8:2::1"));
    assert_eq!(address("192.0.2.1").len(), 64);
}
