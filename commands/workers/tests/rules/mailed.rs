//! What leaves by mail.

use std::time::Duration;

use flowgrid_domain::memberships::{Join, Membership, MembershipCommand};
use flowgrid_domain::values::{Frontends, Role, Sealed};
use flowgrid_tests::eventually;
use flowgrid_vault::{MasterKeys, Vault};
use flowgrid_workers::mail::{Links, MailRunner, Outbox, OutboxOptions, RunnerOptions, Transport};
use flowgrid_workers::rules::Post;
use serde_json::json;
use uuid::Uuid;

use crate::server::Server;
use crate::world::World;

const ADDRESS: &str = "anna.mueller@example.org";

/// A manager whose address only the vault can open.
async fn manager(world: &World, vault: &Vault) {
    let id = Uuid::now_v7();
    vault.make_keys(id, &world.tenant).await.unwrap();
    let sealed = |field, text| vault.seal(id, &world.tenant, field, text);
    let join = Join {
        role: Role::Manager,
        frontends: Frontends::default(),
        email: Sealed::parse(&sealed("email", ADDRESS).await.unwrap()).unwrap(),
        name: Sealed::parse(&sealed("name", "Anna").await.unwrap()).unwrap(),
        invitation: None,
    };
    let join = MembershipCommand::Join(join);
    world.execute::<Membership>(&id.to_string(), join).await;
}

/// Over the real outbox to a real mail server; workers that do everything again mail nothing again.
#[tokio::test(flavor = "multi_thread")]
async fn whom_a_rule_names_is_mailed_once() {
    let (world, server) = (World::start().await, Server::start().await);
    let keys = MasterKeys::parse(&MasterKeys::draw("k1").unwrap()).unwrap();
    let vault = Vault::open(&world.test.url, keys.clone(), 2).await.unwrap();
    let links = Links::below("https://flowgrid.example").unwrap();
    let outbox = Outbox::open(&world.test.url, keys, OutboxOptions::new(links)).unwrap();
    let from = "Flowgrid <no-reply@flowgrid.example>".parse().unwrap();
    let transport = Transport::smtp(server.url().parse().unwrap(), from).unwrap();
    let quick = RunnerOptions {
        look_every: Duration::from_millis(50),
        ..RunnerOptions::default()
    };
    let stop = world.test.stop.subscribe();
    let _runner = MailRunner::start(outbox.clone(), transport, quick, stop);
    manager(&world, &vault).await;
    let notify = json!({"roles": ["manager"], "mail": true});
    world
        .rule("peak", json!({"name": "Too much load", "notify": notify}))
        .await;

    let post = Post {
        vault,
        outbox: outbox.clone(),
    };
    let worker = world.worker_that_mails(post.clone()).await;
    world.report("main", &[(0, 90.0)]).await;
    eventually("a mail arrives", async || server.taken().len() == 1).await;
    let letter = server.taken().remove(0);
    assert_eq!(letter.to, [format!("RCPT TO:<{ADDRESS}>")]);

    worker.kill();
    let pool = sqlx::PgPool::connect(&world.test.url).await.unwrap();
    for table in ["checkpoints", "states", "newest"] {
        let forget = format!("delete from rules.{table}");
        sqlx::query(&forget).execute(&pool).await.unwrap();
    }
    let _worker = world.worker_that_mails(post).await;
    let last = world.report("main", &[(60, 95.0)]).await;
    world.evaluated(last).await;
    world.has(1, 1).await;
    eventually("nothing waits", async || {
        outbox.status().await.unwrap().waiting == 0
    })
    .await;
    assert_eq!(server.taken().len(), 1);
}
