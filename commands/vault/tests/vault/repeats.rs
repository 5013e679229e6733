use flowgrid_vault::{Asked, Claim, Repeat, Vault};

use crate::world::{K1, K2, World, open};

fn asked<'a>(caller: &'a str, key: &'a str, request: &'a str) -> Asked<'a> {
    Asked {
        caller,
        key,
        request: request.as_bytes(),
    }
}

async fn first(vault: &Vault, asked: Asked<'_>, world: &World, after_s: u64) -> Claim {
    match vault.begin_once(asked, world.after(after_s)).await.unwrap() {
        Repeat::First(claim) => claim,
        Repeat::Running | Repeat::Done(_) | Repeat::Other => panic!("it is not the first"),
    }
}

#[tokio::test]
async fn one_is_the_first_on_all_processes() {
    let world = World::start().await;
    let another = world.another().await;
    let request = asked("anna", "k", "a");
    let claim = first(&world.vault, request, &world, 0).await;
    let seen = another.begin_once(request, world.after(59)).await.unwrap();
    assert!(matches!(seen, Repeat::Running));
    world
        .vault
        .finish_once(&claim, None, world.now)
        .await
        .unwrap();
    let later = world.after(86_399);
    let seen = another.begin_once(request, later).await.unwrap();
    assert!(matches!(seen, Repeat::Done(None)));
    let other = asked("anna", "k", "b");
    let seen = another.begin_once(other, later).await.unwrap();
    assert!(matches!(seen, Repeat::Other));
    // Another's key is another key.
    first(&another, asked("ben", "k", "b"), &world, 0).await;
    // A day later it is forgotten.
    first(&another, other, &world, 86_400).await;
}

#[tokio::test]
async fn many_at_once_are_one_first() {
    let world = World::start().await;
    let tries = (0..20).map(|_| {
        let vault = world.vault.clone();
        let now = world.now;
        tokio::spawn(async move { vault.begin_once(asked("anna", "k", "a"), now).await })
    });
    let mut firsts = 0;
    for one in tries.collect::<Vec<_>>() {
        firsts += u32::from(matches!(one.await.unwrap().unwrap(), Repeat::First(_)));
    }
    assert_eq!(firsts, 1);
}

#[tokio::test]
async fn what_failed_or_broke_off_may_be_done_again() {
    let world = World::start().await;
    let (vault, request) = (&world.vault, asked("anna", "k", "a"));
    let failed = first(vault, request, &world, 0).await;
    vault.forget_once(&failed).await.unwrap();
    let broken_off = first(vault, asked("anna", "k", "b"), &world, 1).await;
    let again = first(vault, request, &world, 61).await;
    // What had broken off comes back late: it no longer has a say.
    vault
        .finish_once(&broken_off, Some(b"late"), world.after(62))
        .await
        .unwrap();
    vault.forget_once(&broken_off).await.unwrap();
    let seen = vault.begin_once(request, world.after(63)).await.unwrap();
    assert!(matches!(seen, Repeat::Running));
    vault
        .finish_once(&again, Some(b"done"), world.after(64))
        .await
        .unwrap();
    let seen = vault.begin_once(request, world.after(65)).await.unwrap();
    let Repeat::Done(Some(answer)) = seen else {
        panic!("no answer");
    };
    assert_eq!(answer.as_slice(), b"done");
}

#[tokio::test]
async fn nothing_that_was_sent_can_be_read_or_guessed() {
    let world = World::start().await;
    let request = asked("anna", "my-key", "hunter2");
    let claim = first(&world.vault, request, &world, 0).await;
    let vault = &world.vault;
    vault
        .finish_once(&claim, Some(b"an answer"), world.now)
        .await
        .unwrap();
    for (column, plain) in [
        ("key", "my-key"),
        ("request", "hunter2"),
        ("answer", "an answer"),
    ] {
        let found = format!(
            "select count(*) from vault.repeats where {column} in ('{plain}'::bytea, sha256('{plain}')) \
             or position('{plain}'::bytea in {column}) > 0"
        );
        assert_eq!(world.count(&found).await, 0, "{column}");
    }
    assert_eq!(vault.fingerprint(b"x"), vault.fingerprint(b"x"));
    assert_ne!(vault.fingerprint(b"x"), vault.fingerprint(b"y"));
    // A rotated master key forgets the answer, never the request.
    let rotated = open(&world.url, &format!("{K2},{K1}")).await;
    while rotated.rewrap(100).await.unwrap() > 0 {}
    let later = open(&world.url, K2).await;
    let seen = later.begin_once(request, world.now).await.unwrap();
    assert!(matches!(seen, Repeat::Done(None)));
}

#[tokio::test]
async fn a_caller_has_a_bounded_number_remembered() {
    let world = World::start().await;
    let vault = &world.vault;
    for n in 0..502_u64 {
        let key = n.to_string();
        first(vault, asked("anna", &key, "a"), &world, 1 + n / 10).await;
    }
    let kept = "select count(*) from vault.repeats";
    assert_eq!(world.count(kept).await, 500);
    assert_eq!(vault.sweep(world.after(86_400 * 2)).await.unwrap(), 500);
    assert_eq!(world.count(kept).await, 0);
}
