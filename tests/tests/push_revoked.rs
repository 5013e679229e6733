//! Who is let in no longer doesn't stay either.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod push_common;

use chrono::TimeDelta;
use flowgrid_api::Clock;
use flowgrid_api::auth::{Grant, Keys, Principal, Tokens};
use flowgrid_api::push::PushConfig;
use flowgrid_bus::{Role, Tenant};
use flowgrid_tests::TestLog;
use flowgrid_vault::{MasterKeys, Revocations, Revoked, Vault};
use push_common::{Client, Push};
use serde_json::json;
use tokio::sync::watch;
use uuid::Uuid;

const SECRET: &[u8] = b"a secret of at least thirty-two bytes";
const MASTER_KEYS: &str = "k1:000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

/// Push, and the vault of a process beside it, which revokes.
struct World {
    push: Push,
    vault: Vault,
    _stop: watch::Sender<bool>,
}

impl World {
    async fn new() -> Self {
        let test = TestLog::start().await;
        let keys = || MasterKeys::parse(MASTER_KEYS).unwrap();
        let here = Vault::open(&test.url, keys(), 2).await.unwrap();
        let stop = watch::Sender::new(false);
        let revocations = Revocations::start(here, stop.subscribe()).await.unwrap();
        let closings = revocations.changes();
        let admits = move |principal: &Principal| {
            let bearer = principal.bearer();
            !bearer.is_some_and(|bearer| revocations.refuses(&bearer))
        };
        let signed = Keys::hs256(SECRET, None).unwrap();
        let tokens = Tokens::gated(signed, Clock::system(), admits, closings);
        let vault = Vault::open(&test.url, keys(), 2).await.unwrap();
        let push = Push::on(test, tokens, PushConfig::default()).await;
        Self {
            push,
            vault,
            _stop: stop,
        }
    }

    fn token(&self, person: Uuid, org: &str, session: Uuid) -> String {
        let life = TimeDelta::hours(1);
        let grant = Grant::member(&person.to_string(), org, Role::Viewer, life);
        let grant = grant.of_session(session, 1);
        self.push.tokens.issue(&grant).unwrap()
    }

    async fn client(&self, person: Uuid, org: &str, session: Uuid) -> Client {
        let token = self.token(person, org, session);
        Client::bearer(self.push.process.address, &token).await
    }
}

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_socket_ends_with_what_its_token_rests_on() {
    let world = World::new().await;
    let tenant = Tenant::from_slug("acme").unwrap().id();
    let revoked = [
        Revoked::Session { id: id(10), tenant },
        Revoked::Member {
            person: id(2),
            tenant,
        },
        Revoked::Person(id(3)),
        Revoked::Organization(Tenant::from_slug("closed").unwrap().id()),
    ];
    let mut gone = [
        world.client(id(1), "acme", id(10)).await,
        world.client(id(2), "acme", id(20)).await,
        world.client(id(3), "acme", id(30)).await,
        world.client(id(4), "closed", id(40)).await,
    ];
    // The same person in another session, and in another organization.
    let mut stays = [
        world.client(id(1), "acme", id(11)).await,
        world.client(id(2), "other", id(21)).await,
    ];
    for client in gone.iter_mut().chain(&mut stays) {
        client.subscribe(1, "buildings").await;
    }
    for one in revoked {
        world
            .vault
            .revoke(one, Clock::system().now())
            .await
            .unwrap();
    }
    for client in &mut gone {
        assert_eq!(client.hear().await["type"], "position");
        assert_eq!(client.hear().await["code"], "token-revoked");
        assert_eq!(client.closed().await, 4001);
    }
    for client in &mut stays {
        client.silence().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renewed_token_ends_with_its_own_session_and_not_with_the_one_before() {
    let world = World::new().await;
    let tenant = Tenant::from_slug("acme").unwrap().id();
    let session = |n| Revoked::Session { id: id(n), tenant };
    let mut client = world.client(id(1), "acme", id(10)).await;
    let token = world.token(id(1), "acme", id(11));
    client.say(json!({"type": "auth", "token": token})).await;
    assert_eq!(client.hear().await["type"], "authenticated");
    let mut other = world.client(id(1), "acme", id(10)).await;
    world
        .vault
        .revoke(session(10), Clock::system().now())
        .await
        .unwrap();
    assert_eq!(other.closed().await, 4001);
    client.silence().await;
    world
        .vault
        .revoke(session(11), Clock::system().now())
        .await
        .unwrap();
    assert_eq!(client.closed().await, 4001);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_who_authenticates_is_held_to_it_as_well() {
    let world = World::new().await;
    let mut client = Client::stranger(world.push.process.address).await;
    let token = world.token(id(1), "acme", id(10));
    client.say(json!({"type": "auth", "token": token})).await;
    assert_eq!(client.hear().await["type"], "authenticated");
    world
        .vault
        .revoke(Revoked::Person(id(1)), Clock::system().now())
        .await
        .unwrap();
    assert_eq!(client.hear().await["code"], "token-revoked");
    assert_eq!(client.closed().await, 4001);
    // Nor does it come in again.
    let mut again = Client::stranger(world.push.process.address).await;
    again.say(json!({"type": "auth", "token": token})).await;
    assert_eq!(again.hear().await["code"], "token-revoked");
    assert_eq!(again.closed().await, 4001);
}
