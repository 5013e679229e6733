use std::sync::Arc;

use flowgrid_vault::{NewSession, Rotation};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::world::{K1, K2, LIMITS, World, open, session, tenant};

fn fresh(rotation: Rotation) -> (String, u32) {
    match rotation {
        Rotation::Fresh(fresh) => (fresh.refresh_token.to_string(), fresh.generation),
        other => panic!("expected a token, got {other:?}"),
    }
}

async fn begin(world: &World, session: &NewSession) -> String {
    let begun = world
        .vault
        .begin_session(session, &LIMITS, world.now)
        .await
        .unwrap();
    begun.refresh_token.to_string()
}

async fn rotate(world: &World, token: &str) -> Rotation {
    world
        .vault
        .rotate(token, &LIMITS, world.after(60))
        .await
        .unwrap()
}

#[tokio::test]
async fn a_refresh_token_is_exchanged_for_the_next() {
    let world = World::start().await;
    let ours = session(Uuid::now_v7());
    let first = begin(&world, &ours).await;
    let Rotation::Fresh(second) = rotate(&world, &first).await else {
        panic!("refused");
    };
    assert_eq!((second.session, second.person), (ours.id, ours.person));
    assert_eq!((second.tenant.slug(), second.generation), ("acme", 2));
    assert_eq!(second.expires_at, world.after(60) + LIMITS.idle);
    let (_, generation) = fresh(rotate(&world, &second.refresh_token).await);
    assert_eq!(generation, 3);
}

#[tokio::test]
async fn a_lost_answer_costs_nobody_the_session() {
    let world = World::start().await;
    let first = begin(&world, &session(Uuid::now_v7())).await;
    let lost = fresh(rotate(&world, &first).await);
    let got = fresh(rotate(&world, &first).await);
    assert_ne!(lost.0, got.0);
    assert_eq!((lost.1, got.1), (2, 2));
    assert_eq!(fresh(rotate(&world, &got.0).await).1, 3);
}

#[tokio::test]
async fn once_the_successor_is_used_the_old_token_ends_the_session() {
    let world = World::start().await;
    let ours = session(Uuid::now_v7());
    let first = begin(&world, &ours).await;
    let (second, _) = fresh(rotate(&world, &first).await);
    let (third, _) = fresh(rotate(&world, &second).await);
    let Rotation::Reuse(ended) = rotate(&world, &first).await else {
        panic!("the theft went unnoticed");
    };
    assert_eq!((ended.id, ended.person), (ours.id, ours.person));
    assert!(matches!(rotate(&world, &third).await, Rotation::Ended));
    assert!(matches!(rotate(&world, &first).await, Rotation::Ended));
}

#[tokio::test]
async fn an_access_token_confirms_its_generation() {
    let world = World::start().await;
    let ours = session(Uuid::now_v7());
    let first = begin(&world, &ours).await;
    let (_, generation) = fresh(rotate(&world, &first).await);
    world
        .vault
        .confirm(ours.person, ours.id, generation)
        .await
        .unwrap();
    world
        .vault
        .confirm(ours.person, ours.id, generation)
        .await
        .unwrap();
    assert!(matches!(rotate(&world, &first).await, Rotation::Reuse(_)));
}

#[tokio::test]
async fn an_access_token_of_an_older_generation_confirms_nothing() {
    let world = World::start().await;
    let ours = session(Uuid::now_v7());
    let first = begin(&world, &ours).await;
    fresh(rotate(&world, &first).await);
    world.vault.confirm(ours.person, ours.id, 1).await.unwrap();
    world
        .vault
        .confirm(Uuid::now_v7(), ours.id, 2)
        .await
        .unwrap();
    fresh(rotate(&world, &first).await);
}

#[tokio::test]
async fn of_fifty_at_once_each_gets_a_token_that_is_good() {
    let world = Arc::new(World::start().await);
    let ours = session(Uuid::now_v7());
    let first = begin(&world, &ours).await;
    let mut all = JoinSet::new();
    for _ in 0..50 {
        let (world, first) = (Arc::clone(&world), first.clone());
        all.spawn(async move { fresh(rotate(&world, &first).await) });
    }
    let tokens = all.join_all().await;
    assert!(tokens.iter().all(|(_, generation)| *generation == 2));
    assert_eq!(world.count("select count(*) from vault.sessions").await, 1);
    let (third, generation) = fresh(rotate(&world, &tokens[17].0).await);
    assert_eq!(generation, 3);
    // Whose token was not the one that went on now holds an old one.
    fresh(rotate(&world, &third).await);
    assert!(matches!(
        rotate(&world, &tokens[18].0).await,
        Rotation::Reuse(_)
    ));
}

#[tokio::test]
async fn of_thief_and_victim_at_once_one_at_most_goes_on() {
    let world = Arc::new(World::start().await);
    let first = begin(&world, &session(Uuid::now_v7())).await;
    let (second, _) = fresh(rotate(&world, &first).await);
    fresh(rotate(&world, &second).await);
    let mut both = JoinSet::new();
    for token in [first, second] {
        let world = Arc::clone(&world);
        both.spawn(async move { rotate(&world, &token).await });
    }
    both.join_all().await;
    assert_eq!(world.count("select count(*) from vault.sessions").await, 0);
}

#[tokio::test]
async fn a_session_ends_when_it_is_idle_or_too_old() {
    let world = World::start().await;
    let vault = &world.vault;
    let first = begin(&world, &session(Uuid::now_v7())).await;
    let late = vault
        .rotate(&first, &LIMITS, world.after(3_600))
        .await
        .unwrap();
    assert!(matches!(late, Rotation::Expired(_)));
    let mut token = begin(&world, &session(Uuid::now_v7())).await;
    for minutes in [30, 60, 89] {
        let at = world.after(minutes * 60);
        (token, _) = fresh(vault.rotate(&token, &LIMITS, at).await.unwrap());
    }
    let too_old = vault
        .rotate(&token, &LIMITS, world.after(5_400))
        .await
        .unwrap();
    assert!(matches!(too_old, Rotation::Expired(_)));
}

#[tokio::test]
async fn a_remembered_session_lasts_longer() {
    let world = World::start().await;
    let mut remembered = session(Uuid::now_v7());
    remembered.remember = true;
    let first = begin(&world, &remembered).await;
    let tomorrow = world.after(80_000);
    fresh(world.vault.rotate(&first, &LIMITS, tomorrow).await.unwrap());
}

#[tokio::test]
async fn guesses_are_unknown_and_harm_nobody() {
    let world = World::start().await;
    let first = begin(&world, &session(Uuid::now_v7())).await;
    let url = flowgrid_tests::fresh_database().await;
    flowgrid_log::migrate(&url).await.unwrap();
    let foreign = open(&url, K2).await;
    let foreign = foreign
        .begin_session(&session(Uuid::now_v7()), &LIMITS, world.now)
        .await
        .unwrap();
    for guess in ["", "fgr_", &first[..83], &foreign.refresh_token] {
        assert!(
            matches!(rotate(&world, guess).await, Rotation::Unknown),
            "{guess}"
        );
    }
    fresh(rotate(&world, &first).await);
}

#[tokio::test]
async fn tokens_outlive_the_rotation_of_the_master_keys() {
    let world = World::start().await;
    let first = begin(&world, &session(Uuid::now_v7())).await;
    let rotated = open(&world.url, &format!("{K2},{K1}")).await;
    fresh(rotated.rotate(&first, &LIMITS, world.now).await.unwrap());
}

#[tokio::test]
async fn sessions_are_listed_and_ended() {
    let world = World::start().await;
    let (vault, person) = (&world.vault, Uuid::now_v7());
    let (one, two, mut elsewhere) = (session(person), session(person), session(person));
    elsewhere.tenant = tenant("other");
    let first = begin(&world, &one).await;
    begin(&world, &two).await;
    begin(&world, &elsewhere).await;
    begin(&world, &session(Uuid::now_v7())).await;
    let listed = vault.sessions_of(person, world.now).await.unwrap();
    assert_eq!(listed.len(), 3);
    assert!(
        listed
            .iter()
            .any(|one| one.device.as_deref() == Some("v1.device"))
    );
    assert_eq!(
        vault
            .end_session(Uuid::now_v7(), one.id, world.now)
            .await
            .unwrap(),
        None
    );
    let ended = vault
        .end_session(person, one.id, world.now)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((ended.id, ended.tenant.slug()), (one.id, "acme"));
    assert_eq!(
        vault.end_session(person, one.id, world.now).await.unwrap(),
        None
    );
    assert!(matches!(rotate(&world, &first).await, Rotation::Ended));
    let acme = tenant("acme");
    let ended = vault
        .end_sessions(person, Some(&acme), None, world.now)
        .await
        .unwrap();
    assert_eq!(ended.len(), 1);
    let kept = Some(elsewhere.id);
    assert!(
        vault
            .end_sessions(person, None, kept, world.now)
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(
        vault
            .end_sessions(person, None, None, world.now)
            .await
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn beyond_a_hundred_the_least_used_session_ends() {
    let world = World::start().await;
    let person = Uuid::now_v7();
    let oldest = session(person);
    begin(&world, &oldest).await;
    for n in 1..=100 {
        let begun = world
            .vault
            .begin_session(&session(person), &LIMITS, world.after(n))
            .await
            .unwrap();
        let ended: Vec<Uuid> = begun.ended.iter().map(|ended| ended.id).collect();
        assert_eq!(ended, if n == 100 { vec![oldest.id] } else { vec![] });
    }
}

#[tokio::test]
async fn when_somebody_was_last_there_is_known_after_its_session_is_gone() {
    let world = World::start().await;
    let (vault, now, later) = (&world.vault, world.now, world.after(1_800));
    let ours = session(Uuid::now_v7());
    let (person, tenant) = (ours.person, ours.tenant.clone());
    let begun = vault.begin_session(&ours, &LIMITS, now).await.unwrap();
    let rotated = vault.rotate(&begun.refresh_token, &LIMITS, later).await;
    assert!(matches!(rotated.unwrap(), Rotation::Fresh(_)));
    vault.end_session(person, ours.id, later).await.unwrap();
    let known = vault.presence(&tenant, &[person, Uuid::now_v7()]).await;
    let known = known.unwrap();
    assert_eq!(known.len(), 1);
    assert_eq!(
        (known[&person].signed_in_at, known[&person].seen_at),
        (now, later)
    );
    let times = [later, now, world.after(1_801)];
    assert_eq!(
        vault.present_since(&tenant, times).await.unwrap(),
        [1, 1, 0]
    );
}
