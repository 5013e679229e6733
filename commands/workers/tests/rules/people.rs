//! Who is told.

use flowgrid_domain::LogKind;
use flowgrid_domain::alerts::{Alert, AlertCommand, PersonId, Severity};
use flowgrid_domain::memberships::{Join, Membership, MembershipCommand};
use flowgrid_domain::values::{Frontends, Role, Sealed};
use flowgrid_tests::eventually;
use serde_json::json;

use crate::world::{World, at};

const ANNA: &str = "019a0b6e-7d1c-7c3e-9f58-0d6a4c1b2e3f";
const BEN: &str = "019a0b6e-7d1c-7c3e-9f58-0d6a4c1b2e40";

async fn member(world: &World, id: &str, role: Role) {
    let join = Join {
        role,
        frontends: Frontends::default(),
        email: Sealed::parse("v1.YQ").unwrap(),
        name: Sealed::parse("v1.Yg").unwrap(),
        invitation: None,
    };
    world
        .execute::<Membership>(id, MembershipCommand::Join(join))
        .await;
}

async fn notices(world: &World) -> usize {
    world.count(LogKind::Identity, "notification.sent").await
}

#[tokio::test(flavor = "multi_thread")]
async fn members_are_told_once_and_others_where_nobody_acknowledges() {
    let world = World::start().await;
    member(&world, ANNA, Role::Manager).await;
    member(&world, BEN, Role::Admin).await;
    let worker = world.worker().await;
    let rule = |id: &str| {
        json!({"name": id, "notify": {"roles": ["manager"], "members": [ANNA]},
            "escalation": {"afterMinutes": 30, "severity": "critical",
                "notify": {"roles": ["admin"]}}})
    };
    world.rule("seen", rule("seen")).await;
    world.rule("unseen", rule("unseen")).await;
    world.report("main", &[(0, 90.0)]).await;
    let alerts = world.has(2, 2).await;
    eventually("the manager is told of both", || async {
        notices(&world).await == 2
    })
    .await;
    let by = PersonId::parse(ANNA).unwrap();
    let seen = AlertCommand::Acknowledge {
        by,
        at: at(60),
        note: None,
    };
    world.execute::<Alert>(&alerts[0].id, seen).await;
    // The wait for an acknowledgement outlives the worker.
    worker.kill();
    world.pass(3_600);
    let _worker = world.worker().await;
    eventually("the admin is told of one", || async {
        notices(&world).await == 3
    })
    .await;
    eventually("it is worse now", || async {
        world.alerts().await[1].severity == Severity::Critical
    })
    .await;
    assert_eq!(world.alerts().await[0].severity, Severity::Medium);
}
