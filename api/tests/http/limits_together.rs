//! Two api processes on one Postgres count together, and each goes on alone while it is gone.

use std::net::IpAddr;

use flowgrid_api::Clock;
use flowgrid_api::limits::{Limits, Proxies, Quotas};
use flowgrid_bus::Role;
use flowgrid_stack::Stack;
use flowgrid_tests::TestLog;
use futures_util::future::join_all;
use serde_json::json;

use crate::call::{BUILDINGS, Call, Reply, get, post};
use crate::world::World;

const SETTINGS: &str = "rest.free=6/86400,anonymous=3/86400";

async fn process(url: &str) -> World {
    let test = TestLog::on(url.to_owned()).await;
    let mut quotas = Quotas::default();
    quotas.change(SETTINGS).unwrap();
    let stop = test.stop.subscribe();
    let (limits, _) = Limits::start(url, quotas, Clock::system(), stop).unwrap();
    World::limited(test, limits, Proxies::default()).await
}

fn peer(last: u8) -> IpAddr {
    IpAddr::from([198, 51, 100, last])
}

fn forgot(account: &str) -> Call {
    let email = format!("{account}@example.org");
    post("/api/v1/auth/forgot-password", &json!({"email": email}))
}

/// So many at once, half to each.
async fn at_once(worlds: &[World; 2], number: usize, call: &Call, from: IpAddr) -> Vec<Reply> {
    let send = |n: usize| call.clone().send_from(&worlds[n % 2], from);
    join_all((0..number).map(send)).await
}

fn refused(replies: &[Reply]) -> usize {
    let refused = replies.iter().filter(|reply| reply.status == 429);
    refused.inspect(|reply| tells_when(reply)).count()
}

#[track_caller]
fn tells_when(reply: &Reply) {
    reply.problem(429, "rate-limited");
    for name in ["retry-after", "ratelimit-limit", "ratelimit-reset"] {
        assert!(reply.header(name).parse::<u64>().unwrap() > 0, "{name}");
    }
    assert_eq!(reply.header("ratelimit-remaining"), "0");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_refuse_together_and_alone() {
    let mut postgres = Stack::ephemeral(|options| options.nats = false)
        .await
        .unwrap();
    let url = postgres.database_url().unwrap().to_owned();
    flowgrid_log::migrate(&url).await.unwrap();
    let mut worlds = [process(&url).await, process(&url).await];
    guesses_are_five_in_all(&worlds, "anna", 1).await;
    a_member_gets_a_burst_more_at_most(&worlds).await;

    // NATS has no part in it.
    for world in &mut worlds {
        world.test.nats.kill_nats().await;
    }
    guesses_are_five_in_all(&worlds, "ben", 2).await;

    postgres.kill_postgres().await;
    for (number, world) in worlds.iter().enumerate() {
        each_counts_for_itself(world, 10 + number as u8).await;
    }
    postgres.restart_postgres().await.unwrap();
    postgres.stop().await.unwrap();
}

async fn guesses_are_five_in_all(worlds: &[World; 2], account: &str, last: u8) {
    let replies = at_once(worlds, 12, &forgot(account), peer(last)).await;
    let served = replies.iter().filter(|reply| reply.status == 200).count();
    assert_eq!((served, refused(&replies)), (5, 7));
    // Whichever is asked.
    for world in worlds {
        tells_when(&forgot(account).send_from(world, peer(last)).await);
    }
}

async fn a_member_gets_a_burst_more_at_most(worlds: &[World; 2]) {
    let token = worlds[0].token("acme", Role::Viewer);
    let list = get(BUILDINGS).token(&token);
    let mut served = 0;
    for _ in 0..400 {
        let replies = at_once(worlds, 2, &list, peer(3)).await;
        served += 2 - refused(&replies);
        if refused(&replies) == 2 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    assert!((6..=12).contains(&served), "{served}");
    for world in worlds {
        tells_when(&list.clone().send_from(world, peer(3)).await);
    }
}

/// As many as the limit, whatever the other has counted.
async fn each_counts_for_itself(world: &World, last: u8) {
    for left in ["2", "1", "0"] {
        let reply = get("/api/v1/info").send_from(world, peer(last)).await;
        reply.expect(200);
        assert_eq!(reply.header("ratelimit-remaining"), left);
    }
    tells_when(&get("/api/v1/info").send_from(world, peer(last)).await);
    // Guesses come to nothing without Postgres, and are counted all the same.
    for _ in 0..5 {
        let reply = forgot("carla").send_from(world, peer(last)).await;
        assert_eq!(reply.status, 503, "{:?}", reply.bytes);
    }
    tells_when(&forgot("carla").send_from(world, peer(last)).await);
}
