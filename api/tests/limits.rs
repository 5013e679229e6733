//! Rate limits on a real Postgres: several processes that count together, and each alone.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::HashSet;
use std::net::IpAddr;
use std::time::Duration;

use flowgrid_api::Clock;
use flowgrid_api::limits::{Attempt, Caller, Class, Counted, Decision, Limits, Quotas};
use flowgrid_domain::values::Plan;
use flowgrid_stack::Stack;
use flowgrid_tests::{eventually, fresh_database};
use sqlx::{Connection, PgConnection};
use tokio::sync::watch;

/// A process that counts.
struct Process {
    limits: Limits,
    _stop: watch::Sender<bool>,
}

fn start(url: &str, settings: &str) -> Process {
    let mut quotas = Quotas::default();
    quotas.change(settings).unwrap();
    let stop = watch::Sender::new(false);
    let (limits, _) = Limits::start(url, quotas, Clock::system(), stop.subscribe()).unwrap();
    Process {
        limits,
        _stop: stop,
    }
}

async fn migrated() -> String {
    let url = fresh_database().await;
    flowgrid_log::migrate(&url).await.unwrap();
    url
}

impl Process {
    fn take(&self, caller: Caller<'_>) -> Decision {
        let decision = self.limits.take(Class::Rest, Plan::Pro, caller);
        decision.unwrap()
    }

    fn take_all(&self, caller: Caller<'_>) -> u32 {
        let mut taken = 0;
        while self.take(caller).allowed {
            taken += 1;
        }
        taken
    }

    /// How many of so many attempts at once are let through.
    async fn attempts(&self, number: usize, by: &[Counted]) -> Vec<Attempt> {
        let all = (0..number).map(|_| self.limits.attempt(by));
        let all = futures_util::future::join_all(all).await;
        all.into_iter().filter_map(Result::ok).collect()
    }
}

fn member(subject: &str) -> Caller<'_> {
    Caller::Member {
        tenant: uuid::Uuid::from_u128(1),
        subject,
    }
}

fn login(address: &str, account: &str) -> [Counted; 2] {
    [
        Counted::by(Class::Auth, &[address, account]),
        Counted::by(Class::AuthAddress, &[address]),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_hold_the_total_together() {
    let url = migrated().await;
    let settings = "rest.pro=400/86400";
    let (one, two) = (start(&url, settings), start(&url, settings));
    let anna = member("anna");
    for _ in 0..300 {
        assert!(one.take(anna).allowed);
    }
    // The second hears of it, a request at a time.
    let mut asked = 0;
    while two.take(anna).remaining > 100 {
        asked += 1;
        assert!(asked < 100, "the second process never heard of the first");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let rest = two.take_all(anna);
    assert_eq!(300 + asked + 1 + rest, 400);
    // The first lets through at most what it could before it hears of the second.
    let mut above = 0;
    while one.take(anna).allowed {
        above += 1;
        assert!(above <= 100, "more than one burst above the quota");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(one.take(member("bert")).allowed && two.take(member("bert")).allowed);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newcomer_hears_what_was_counted_before_it_came() {
    let url = migrated().await;
    let one = start(&url, "rest.pro=20/86400");
    assert_eq!(one.take_all(member("anna")), 20);
    let known = || async {
        let sql = "select coalesce(sum(count), 0)::bigint from limits.counters";
        let mut connection = PgConnection::connect(&url).await.unwrap();
        let count: i64 = sqlx::query_scalar(sql)
            .fetch_one(&mut connection)
            .await
            .unwrap();
        count == 20
    };
    eventually("the counts are shared", known).await;
    let two = start(&url, "rest.pro=20/86400");
    eventually("the second refuses as well", || async {
        !two.take(member("anna")).allowed
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_attempts_at_once_are_no_more_than_five() {
    let url = migrated().await;
    let (one, two) = (start(&url, ""), start(&url, ""));
    let by = login("1.2.3.4", "anna");
    let (first, second) = tokio::join!(one.attempts(50, &by), two.attempts(50, &by));
    assert_eq!(first.len() + second.len(), 5);
    let left: HashSet<u32> = [first, second]
        .concat_all()
        .iter()
        .map(|attempt| attempt.decision.unwrap().remaining)
        .collect();
    assert_eq!(left, HashSet::from([0, 1, 2, 3, 4]));
    let refused = one.limits.attempt(&by).await.unwrap_err();
    assert_eq!(
        (refused.allowed, refused.limit, refused.remaining),
        (false, 5, 0)
    );
    assert!((1..=900).contains(&refused.retry_after_s), "{refused:?}");
    // Another account, and another address at the same one.
    assert_eq!(two.attempts(1, &login("1.2.3.4", "bert")).await.len(), 1);
    assert_eq!(two.attempts(1, &login("5.6.7.8", "anna")).await.len(), 1);
}

trait ConcatAll {
    fn concat_all(self) -> Vec<Attempt>;
}

impl ConcatAll for [Vec<Attempt>; 2] {
    fn concat_all(self) -> Vec<Attempt> {
        self.into_iter().flatten().collect()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_did_no_harm_is_forgiven_and_what_was_refused_never_counted() {
    let process = start(&migrated().await, "auth-address=8/900");
    let by = login("1.2.3.4", "anna");
    for _ in 0..20 {
        let attempt = process.limits.attempt(&by).await.unwrap();
        process.limits.forgive(attempt).await;
    }
    assert_eq!(process.attempts(30, &by).await.len(), 5);
    // The refused ones took nothing from the address: three are left to it.
    let others: Vec<[Counted; 2]> = (0..10)
        .map(|number| login("1.2.3.4", &format!("account-{number}")))
        .collect();
    let mut through = 0;
    for by in &others {
        match process.limits.attempt(by).await {
            Ok(_) => through += 1,
            Err(refused) => assert_eq!(refused.limit, 8),
        }
    }
    assert_eq!(through, 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_locked_out_for_good() {
    let process = start(&migrated().await, "auth=2/1");
    let by = [Counted::by(Class::Auth, &["1.2.3.4", "anna"])];
    for _ in 0..3 {
        // However often it is tried meanwhile.
        eventually("it may be tried again", || async {
            process.limits.attempt(&by).await.is_ok()
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_that_count_by_the_same_things_never_wait_in_a_ring() {
    let process = start(&migrated().await, "auth=1000/900");
    let [pair, address] = [
        Counted::by(Class::Auth, &["a"]),
        Counted::by(Class::Auth, &["b"]),
    ];
    let (one, two) = ([pair, address], [address, pair]);
    let (one, two) = tokio::join!(process.attempts(100, &one), process.attempts(100, &two));
    assert_eq!(one.len() + two.len(), 200);
}

/// Nobody listens there.
const NOWHERE: &str = "postgres://flowgrid@127.0.0.1:9/flowgrid";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_postgres_each_process_counts_for_itself() {
    let process = start(NOWHERE, "rest.pro=7/86400");
    assert_eq!(process.take_all(member("anna")), 7);
    let by = login("1.2.3.4", "anna");
    let through = process.attempts(20, &by).await;
    assert_eq!(through.len(), 5);
    for attempt in through {
        process.limits.forgive(attempt).await;
    }
    assert!(process.limits.attempt(&by).await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_counted_while_postgres_was_away_is_shared_afterwards() {
    let mut postgres = Stack::ephemeral(|options| options.nats = false)
        .await
        .unwrap();
    let url = postgres.database_url().unwrap().to_owned();
    flowgrid_log::migrate(&url).await.unwrap();
    let settings = "rest.pro=50/86400";
    let (one, two) = (start(&url, settings), start(&url, settings));
    assert!(one.take(member("anna")).allowed);
    postgres.kill_postgres().await;
    assert_eq!(one.take_all(member("anna")), 49);
    postgres.restart_postgres().await.unwrap();
    eventually("the second has heard of it", || async {
        !two.take(member("anna")).allowed
    })
    .await;
    postgres.stop().await.unwrap();
}

#[tokio::test]
async fn the_role_of_the_counters_reaches_nothing_else() {
    let url = migrated().await;
    let options = flowgrid_log::connect_options(&url, flowgrid_log::DbRole::Limits).unwrap();
    let mut connection = PgConnection::connect_with(&options).await.unwrap();
    let reached: Vec<String> = sqlx::query_scalar(
        "select n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace \
         where c.relkind in ('r', 'p', 'v', 'm', 'S') and n.nspname not in ('pg_catalog', 'information_schema') \
           and has_table_privilege(c.oid, 'select, insert, update, delete') order by 1",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    assert_eq!(reached, ["limits.attempts", "limits.counters"]);
}

/// Addresses and accounts are looked for in every column.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_address_and_no_account_stands_in_a_counter() {
    let url = migrated().await;
    let process = start(&url, "");
    let address: IpAddr = "198.51.100.77".parse().unwrap();
    let caller = Caller::at(Some(address));
    process.limits.take(Class::Anonymous, Plan::Free, caller);
    let by = login("198.51.100.77", "anna@example.org");
    assert!(process.limits.attempt(&by).await.is_ok());
    let mut connection = PgConnection::connect(&url).await.unwrap();
    let mut texts = Vec::new();
    while texts.len() < 3 {
        texts = sqlx::query_scalar::<_, String>(
            "select encode(key, 'escape') || c::text from limits.counters c \
             union all select encode(key, 'escape') || a::text from limits.attempts a",
        )
        .fetch_all(&mut connection)
        .await
        .unwrap();
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    for text in texts {
        assert!(!text.contains("198.51") && !text.contains("anna"), "{text}");
    }
}
