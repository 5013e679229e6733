use std::sync::Arc;

use flowgrid_bus::{LogId, Role};
use flowgrid_log::{Append, Appended, Appender, Expected, NewEvent, Ring, Tail};
use flowgrid_tests::TestLog;
use flowgrid_vault::{Bearer, Follow, NewApiKey, Purpose, Revocations, Rotation, Vault};
use tokio::sync::watch;
use uuid::Uuid;

use crate::world::{K1, LIMITS, World, integration, open, session, tenant};

/// An identity log with its stream, and a vault beside it.
struct Process {
    test: TestLog,
    world: World,
    appender: Appender,
    tail: Arc<Tail>,
    _feed: Arc<Ring>,
}

impl Process {
    async fn start() -> Self {
        let world = World::start().await;
        let test = TestLog::on(world.url.clone()).await;
        let log = test.store.info(LogId(0)).unwrap();
        let feed = TestLog::feed();
        let appender = test.appender(log, &feed, false);
        let tail = Tail::start(test.bus.clone(), log, test.stop.subscribe());
        test.relay(log, &feed);
        Self {
            test,
            world,
            appender,
            tail,
            _feed: feed,
        }
    }

    fn follow(&self, vault: &Vault, stop: &watch::Sender<bool>) -> Follow {
        let (store, tail) = (self.test.store.clone(), Arc::clone(&self.tail));
        Follow::start(vault.clone(), store, tail, stop.subscribe())
    }

    /// Writes the first event of an aggregate; answers its position.
    async fn event(&self, slug: &str, id: &str, event_type: &'static str) -> u64 {
        let tenant = tenant(slug);
        let append = Append {
            aggregate_id: tenant.qualify(id),
            tenant,
            aggregate_type: event_type.split_once('.').unwrap().0,
            expected: Expected::Version(0),
            events: vec![NewEvent {
                id: Uuid::now_v7(),
                of: None,
                event_type: event_type.into(),
                event_version: "1.0".into(),
                payload: "{}".into(),
            }],
            metadata: r#"{"actor":"test"}"#.into(),
            claims: Vec::new(),
            receipt: None,
        };
        match self.appender.append(append).await.unwrap() {
            Appended::Written { last, .. } => last,
            other => panic!("not written: {other:?}"),
        }
    }

    async fn rows(&self, table: &str) -> i64 {
        let sql = format!("select count(*) from vault.{table}");
        self.world.count(&sql).await
    }

    /// Everything that may be kept of a member of acme.
    async fn member(&self, person: Uuid) {
        let (vault, now, acme) = (&self.world.vault, self.world.now, tenant("acme"));
        vault.make_keys(person, &acme).await.unwrap();
        vault.make_keys(person, &tenant("people")).await.unwrap();
        vault.set_password(person, "$argon2id$", now).await.unwrap();
        vault.begin_totp(person, "Flowgrid", "ada").await.unwrap();
        let token = vault.make_one_time(Purpose::VerifyEmail, person, "", LIMITS.idle, now);
        token.await.unwrap();
        vault
            .begin_session(&session(person), &LIMITS, now)
            .await
            .unwrap();
        let key = NewApiKey {
            id: Uuid::now_v7(),
            tenant: acme,
            person,
            role: Role::User,
            scopes: vec!["read".into()],
            expires_at: None,
        };
        vault.make_api_key(&key, now).await.unwrap();
        self.integration(person).await;
    }

    /// Credentials of an integration in acme; it has the id of its person.
    async fn integration(&self, id: Uuid) {
        let (vault, now) = (&self.world.vault, self.world.now);
        let secret = integration(id, 1, "hunter2");
        let kept = vault.set_secret(&tenant("acme"), &secret, now).await;
        kept.unwrap();
    }
}

const ALL: [&str; 8] = [
    "sessions",
    "api_keys",
    "personal_keys",
    "passwords",
    "totp",
    "recovery_codes",
    "mail_tokens",
    "integration_secrets",
];

async fn kept(process: &Process) -> Vec<i64> {
    let mut kept = Vec::new();
    for table in ALL {
        kept.push(process.rows(table).await);
    }
    kept
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_integrations_credentials_go_and_no_others() {
    let process = Process::start().await;
    let (mine, other) = (Uuid::now_v7(), Uuid::now_v7());
    for id in [mine, other] {
        process.integration(id).await;
    }
    let stop = watch::Sender::new(false);
    let follow = process.follow(&process.world.vault, &stop);
    let id = mine.to_string();
    let at = process.event("acme", &id, "integration.deleted").await;
    follow.reached(at).await;
    let (vault, acme) = (&process.world.vault, tenant("acme"));
    assert!(vault.secret(&acme, mine).await.unwrap().is_none());
    assert!(vault.secret(&acme, other).await.unwrap().is_some());
    stop.send_replace(true);
    follow.stopped().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_event_takes_away_what_it_says_and_no_more() {
    for (event, slug, left) in [
        ("membership.joined", "acme", [2, 2, 4, 2, 2, 20, 2, 2]),
        ("membership.role-changed", "acme", [2, 2, 4, 2, 2, 20, 2, 2]),
        ("membership.deactivated", "acme", [1, 2, 4, 2, 2, 20, 2, 2]),
        ("membership.removed", "acme", [1, 1, 4, 2, 2, 20, 2, 1]),
        ("membership.erased", "acme", [1, 1, 3, 2, 2, 20, 2, 1]),
        ("membership.erased", "other", [2, 2, 4, 2, 2, 20, 2, 2]),
        ("person.erased", "people", [1, 1, 2, 1, 1, 10, 1, 1]),
        ("organization.closed", "acme", [0, 0, 2, 2, 2, 20, 2, 0]),
        ("organization.closed", "other", [2, 2, 4, 2, 2, 20, 2, 2]),
    ] {
        let process = Process::start().await;
        let (ada, bob) = (Uuid::now_v7(), Uuid::now_v7());
        process.member(ada).await;
        process.member(bob).await;
        let stop = watch::Sender::new(false);
        let follow = process.follow(&process.world.vault, &stop);
        let id = if event == "organization.closed" {
            slug.to_owned()
        } else {
            ada.to_string()
        };
        let position = process.event(slug, &id, event).await;
        follow.reached(position).await;
        assert_eq!(kept(&process).await, left, "{event} {slug}");
        stop.send_replace(true);
        follow.stopped().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_backup_does_not_bring_back_a_session_that_was_ended() {
    let process = Process::start().await;
    let (vault, now) = (&process.world.vault, process.world.now);
    let ours = session(Uuid::now_v7());
    let begun = vault.begin_session(&ours, &LIMITS, now).await.unwrap();
    process
        .event("acme", &ours.id.to_string(), "session.ended")
        .await;
    // Nobody has told the vault yet: as if it came out of a backup of before.
    let stop = watch::Sender::new(false);
    let revocations = Revocations::start(vault.clone(), stop.subscribe())
        .await
        .unwrap();
    let follow = process.follow(vault, &stop);
    follow.reached(1).await;
    let rotated = vault
        .rotate(&begun.refresh_token, &LIMITS, now)
        .await
        .unwrap();
    assert!(matches!(rotated, Rotation::Ended));
    let bearer = Bearer {
        person: ours.person,
        tenant: ours.tenant.id(),
        session: Some(ours.id),
        key: None,
        issued_at: now,
    };
    flowgrid_tests::eventually("its tokens are refused", || async {
        revocations.refuses(&bearer)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_after_the_event_stays() {
    let process = Process::start().await;
    let (vault, person, acme) = (&process.world.vault, Uuid::now_v7(), tenant("acme"));
    process
        .event("acme", &person.to_string(), "membership.erased")
        .await;
    // Back again, before the event is applied.
    vault.make_keys(person, &acme).await.unwrap();
    vault
        .begin_session(&session(person), &LIMITS, process.world.now)
        .await
        .unwrap();
    let stop = watch::Sender::new(false);
    process.follow(vault, &stop).reached(1).await;
    assert_eq!(
        (
            process.rows("personal_keys").await,
            process.rows("sessions").await
        ),
        (1, 1)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_follow_one_log_and_one_goes_on_where_another_stopped() {
    let process = Process::start().await;
    let stop = watch::Sender::new(false);
    let other = open(&process.world.url, K1).await;
    let both = [
        process.follow(&process.world.vault, &stop),
        process.follow(&other, &stop),
    ];
    let mut last = 0;
    for _ in 0..20 {
        last = process
            .event("acme", &Uuid::now_v7().to_string(), "session.ended")
            .await;
    }
    for follow in &both {
        follow.reached(last).await;
    }
    assert_eq!(process.rows("revocations").await, 20);
    stop.send_replace(true);
    for follow in both {
        follow.stopped().await;
    }
    let sql = "select position from vault.checkpoints where log_id = 0";
    assert_eq!(process.world.count(sql).await.cast_unsigned(), last);
    let stop = watch::Sender::new(false);
    let again = process.follow(&other, &stop);
    again.reached(last).await;
    assert_eq!(again.position(), last);
}
