//! The end of an organization, with the clock handed in.

use std::time::SystemTime;

use chrono::{DateTime, TimeDelta, Utc};
use flowgrid_bus::Tenant;
use flowgrid_domain::buildings::{Building, BuildingCommand};
use flowgrid_projections::ModelName;
use flowgrid_tests::{TestLog, eventually};
use flowgrid_workers::closing::Closer;
use serde_json::json;

use crate::call::{BUILDINGS, delete, get, post, put};
use crate::invitations::{accept, token_for};
use crate::members::list;
use crate::somebody::{PASSWORD, Somebody, eventually_refused, mailed_to, me, refreshed};
use crate::world::World;

const ORGANIZATION: &str = "/api/v1/organization";

fn in_days(days: i64) -> DateTime<Utc> {
    let now: DateTime<Utc> = SystemTime::now().into();
    now + TimeDelta::days(days)
}

fn closer(world: &World) -> Closer {
    Closer {
        commands: world.commands.clone(),
        vault: world.vault.clone(),
        projections: world.projections.clone(),
        read: world.read.clone(),
        outbox: world.outbox.clone(),
    }
}

async fn close(world: &World, anna: &Somebody, org: &str) {
    let close = delete(ORGANIZATION).token(anna.access());
    close.send(world).await.expect(200);
    let listed = async || {
        let due = world.vault.due_closings(in_days(31), 100).await.unwrap();
        due.iter().any(|tenant| tenant.slug() == org)
    };
    eventually("the vault has heard that it closes", listed).await;
}

async fn count(world: &World, sql: &str, tenant: &Tenant) -> i64 {
    let mut owner = world.owner().await;
    let count = sqlx::query_scalar(sql).bind(tenant.id());
    count.fetch_one(&mut owner).await.unwrap()
}

/// Rebuilds a model, and swaps it in: nothing differs.
async fn rebuilt(world: &World, model: ModelName) {
    let projections = &world.projections;
    projections.request_rebuild(model, false).await.unwrap();
    eventually("the rebuild is live", async || {
        let all = projections.status().await.unwrap();
        let one = all.iter().find(|one| one.name == model.as_str());
        let rebuild = one.and_then(|one| one.rebuild.as_ref()).unwrap();
        assert!(
            !matches!(rebuild.state, "differs" | "failed"),
            "{rebuild:?}"
        );
        rebuild.state == "live"
    })
    .await;
}

/// A world of its own: what is due there is nobody else's.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_thirty_days_nothing_of_an_organization_is_left() {
    let world = &World::on(TestLog::start().await).await;
    let anna = Somebody::new(world, "acme").await;
    let ben = Somebody::new(world, "other").await;
    let token = token_for(world, &anna, &ben, "user").await;
    accept(&ben, &token).send(world).await.expect(200);
    let building = post(BUILDINGS, &json!({"id": "hall", "name": "Hall"}));
    let built = building.token(anna.access()).send(world).await;
    let position = built.header("x-event-position");
    let seen = get(BUILDINGS).token(anna.access());
    let seen = seen.header("x-min-position", position).send(world).await;
    assert_eq!(seen.expect(200)["pagination"]["total"], 1);
    close(world, &anna, "acme").await;
    let acme = Tenant::from_slug("acme").unwrap();

    // Until then everything goes on.
    assert_eq!(closer(world).close_due(in_days(29)).await.unwrap(), 0);
    me(world, anna.access()).await.expect(200);

    assert_eq!(closer(world).close_due(in_days(31)).await.unwrap(), 1);
    eventually_refused(world, anna.access()).await;
    let over = refreshed(world, anna.refresh()).await;
    over.problem(401, "session-ended");
    let login = anna.login(world, PASSWORD).await;
    login.problem(403, "no-organization");
    let there = json!({"organization": "acme"});
    let switch = post("/api/v1/auth/switch-organization", &there).token(ben.access());
    switch.send(world).await.problem(404, "not-found");
    // Elsewhere it is as it was.
    me(world, ben.access()).await.expect(200);
    ben.login(world, PASSWORD).await.expect(200);
    for table in ["sessions", "personal_keys", "api_keys", "presence"] {
        let sql = format!("select count(*) from vault.{table} where tenant = $1");
        assert_eq!(count(world, &sql, &acme).await, 0, "{table}");
    }
    for model in ["buildings", "members", "invitations"] {
        let sql = format!("select count(*) from rm_{model}_v1_1.{model} where tenant_id = $1");
        assert_eq!(count(world, &sql, &acme).await, 0, "{model}");
    }
    // The log still agrees with what is left of it.
    for model in [ModelName::Buildings, ModelName::Members] {
        let report = world.projections.verify(model).await.unwrap();
        assert!(report.is_clean(), "{report:?}");
    }
    // What was still on its way stops no projector: others see what they write.
    world
        .execute::<Building>(&acme, "hall", BuildingCommand::Retire)
        .await;
    let building = post(BUILDINGS, &json!({"name": "Bens"})).token(ben.access());
    let built = building.send(world).await;
    let seen = get(BUILDINGS).token(ben.access());
    let position = built.header("x-event-position");
    let seen = seen.header("x-min-position", position).send(world).await;
    assert_eq!(seen.expect(200)["pagination"]["total"], 1);

    // A rebuild leaves it out as well, and agrees with what is there.
    for model in [ModelName::Buildings, ModelName::Members] {
        rebuilt(world, model).await;
    }

    // A second pass finds it closed, and then it is nobody's any more.
    assert_eq!(closer(world).close_due(in_days(31)).await.unwrap(), 0);
    let due = world.vault.due_closings(in_days(31), 100).await.unwrap();
    assert!(due.is_empty(), "{due:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_organization_that_is_kept_stays_whatever_the_day() {
    let world = &World::on(TestLog::start().await).await;
    let anna = Somebody::new(world, "acme").await;
    close(world, &anna, "acme").await;
    let keep = post(format!("{ORGANIZATION}/keep"), &json!({})).token(anna.access());
    keep.send(world).await.expect(200);
    // Whether or not the vault has heard of it.
    assert_eq!(closer(world).close_due(in_days(31)).await.unwrap(), 0);
    me(world, anna.access()).await.expect(200);
    eventually("the vault has heard that it stays", async || {
        let due = world.vault.due_closings(in_days(31), 100).await.unwrap();
        due.is_empty()
    })
    .await;
}

/// How many mails of a kind were left to be sent.
async fn written(world: &World, kind: &str) -> i64 {
    let mut owner = world.owner().await;
    let written = sqlx::query_scalar("select count(*) from mail.outbox where kind = $1");
    written.bind(kind).fetch_one(&mut owner).await.unwrap()
}

async fn keep(world: &World, anna: &Somebody) {
    let keep = post(format!("{ORGANIZATION}/keep"), &json!({})).token(anna.access());
    keep.send(world).await.expect(200);
    eventually("the vault has heard that it stays", async || {
        let due = world.vault.due_closings(in_days(31), 100).await.unwrap();
        due.is_empty()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn members_are_told_once_of_each_turn_that_lasts() {
    let world = &World::on(TestLog::start().await).await;
    let anna = Somebody::new(world, "acme").await;
    let ben = Somebody::new(world, "other").await;
    let token = token_for(world, &anna, &ben, "user").await;
    accept(&ben, &token).send(world).await.expect(200);
    let members = list(world, &anna, "").await.expect(200);
    assert_eq!(members["pagination"]["total"], 2);
    let tell = async || {
        // Again, nobody hears it a second time.
        for _ in 0..2 {
            closer(world).tell_members(in_days(0)).await.unwrap();
        }
    };
    tell().await;
    let told = async || {
        let kinds = ["organization-closing", "organization-kept"];
        [
            written(world, kinds[0]).await,
            written(world, kinds[1]).await,
        ]
    };
    assert_eq!(told().await, [0, 0]);

    close(world, &anna, "acme").await;
    tell().await;
    assert_eq!(told().await, [2, 0]);
    for somebody in [&anna, &ben] {
        mailed_to(world, &somebody.email, "is to be closed").await;
    }
    keep(world, &anna).await;
    tell().await;
    assert_eq!(told().await, [2, 2]);
    mailed_to(world, &ben.email, "keep it").await;
    // Between two passes it troubles nobody.
    close(world, &anna, "acme").await;
    keep(world, &anna).await;
    tell().await;
    assert_eq!(told().await, [2, 2]);

    let language = json!({"settings": {"language": "de"}});
    let language = put(ORGANIZATION, &language).token(anna.access());
    language.send(world).await.expect(200);
    close(world, &anna, "acme").await;
    for _ in 0..3 {
        closer(world).close_due(in_days(31)).await.unwrap();
        closer(world).tell_members(in_days(31)).await.unwrap();
    }
    assert_eq!(written(world, "organization-closed").await, 2);
    assert_eq!(told().await, [2, 2]);
    for somebody in [&anna, &ben] {
        mailed_to(world, &somebody.email, "ist geschlossen").await;
    }
}
