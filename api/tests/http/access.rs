//! Each route with each kind of caller. A route without a case fails the first test.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use flowgrid_api::auth::Grant;
use flowgrid_bus::Role;
use serde_json::{Value, json};

use crate::call::{ALERTS, BUILDINGS, Call, Reply, call, get, post};
use crate::cases::{Case, Foreign, Needs, cases};
use crate::world::{World, run};

const ROLES: [Role; 4] = [Role::Viewer, Role::User, Role::Manager, Role::Admin];

#[test]
fn every_route_has_a_case() {
    let document: Value = serde_json::from_str(&flowgrid_api::openapi_text().unwrap()).unwrap();
    let mut documented = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            documented.insert((method.clone(), path.clone()));
        }
    }
    let covered: BTreeSet<_> = cases()
        .iter()
        .map(|case| (case.method.to_owned(), case.path.to_owned()))
        .collect();
    assert_eq!(documented, covered);
}

/// A building, a sensor and an alert of the organization, and their ids.
struct Things {
    alert: String,
}

async fn things(world: &World, org: &str) -> (Things, String) {
    let token = world.token(org, Role::User);
    let building = json!({"id": "mine", "name": "Mine"});
    post(BUILDINGS, &building)
        .token(&token)
        .send(world)
        .await
        .expect(201);
    let sensor = json!({"id": "mine", "name": "Mine", "buildingId": "mine", "kind": "power",
        "unit": "kW", "mode": "instantaneous"});
    post("/api/v1/citypulse/sensors", &sensor)
        .token(&token)
        .send(world)
        .await
        .expect(201);
    let alert = post(ALERTS, &json!({"title": "Mine"}))
        .token(&token)
        .send(world)
        .await;
    let id = alert.expect(201)["data"]["id"].as_str().unwrap().to_owned();
    (
        Things { alert: id },
        alert.header("x-event-position").to_owned(),
    )
}

fn request(case: &Case, things: &Things) -> Call {
    let id = if case.path.contains("/alerts") {
        &*things.alert
    } else {
        "mine"
    };
    let path = case
        .path
        .replace("{id}", id)
        .replace("{aggregateType}", "building");
    let path = path.replace("{name}", "alerts");
    let query = case.query.replace("{id}", "mine");
    let path = [path, query].join(if case.query.is_empty() { "" } else { "?" });
    let call = call(&case.method.to_uppercase(), path);
    if case.body.is_null() {
        call
    } else {
        call.json(&case.body)
    }
}

fn is_refused(reply: &Reply) -> bool {
    matches!(reply.status.as_u16(), 401 | 403)
}

#[test]
fn nobody_gets_in_without_a_token_that_holds() {
    run(|world, org| async move {
        let (things, _) = things(world, &org).await;
        for case in cases() {
            let call = request(&case, &things);
            let bare = call.clone().send(world).await;
            let forged = call.token("eyJhbGciOiJub25lIn0.e30.").send(world).await;
            if case.needs == Needs::Nothing {
                assert!(!is_refused(&bare) && !is_refused(&forged), "{}", case.path);
                continue;
            }
            bare.problem(401, "unauthenticated");
            assert!(bare.header("www-authenticate").starts_with("Bearer"));
            forged.problem(401, "token-invalid");
        }
    });
}

#[test]
fn each_route_asks_for_its_role() {
    run(|world, org| async move {
        let (things, _) = things(world, &org).await;
        for case in cases() {
            let (least, operators) = match case.needs {
                Needs::Member(least) => (least, false),
                Needs::MemberOrOperator(least) => (least, true),
                Needs::Nothing | Needs::Operator => continue,
            };
            let call = request(&case, &things);
            for role in ROLES.into_iter().filter(|role| *role < least) {
                let reply = call
                    .clone()
                    .token(&world.token(&org, role))
                    .send(world)
                    .await;
                reply.problem(403, "role-too-low");
            }
            let operator = call.clone().token(&world.operator()).send(world).await;
            if operators {
                assert!(!is_refused(&operator), "{} {}", case.method, case.path);
            } else {
                operator.problem(403, "no-organization");
            }
            // Whether the command itself may happen then is another matter.
            let reply = call.token(&world.token(&org, least)).send(world).await;
            assert!(
                !is_refused(&reply),
                "{} {}: {:?}",
                case.method,
                case.path,
                reply.bytes
            );
        }
    });
}

#[test]
fn the_platforms_routes_are_for_operators_alone() {
    run(|world, org| async move {
        let (things, _) = things(world, &org).await;
        for case in cases() {
            if case.needs != Needs::Operator {
                continue;
            }
            let call = request(&case, &things);
            let admin = call
                .clone()
                .token(&world.token(&org, Role::Admin))
                .send(world)
                .await;
            admin.problem(403, "operator-only");
            let reply = call.token(&world.operator()).send(world).await;
            assert!(!is_refused(&reply), "{} {}", case.method, case.path);
        }
    });
}

#[test]
fn another_organizations_things_are_not_there() {
    run(|world, org| async move {
        let (things, position) = things(world, &org).await;
        let stranger = world.token(&format!("{org}-stranger"), Role::Admin);
        for case in cases() {
            let call = request(&case, &things).token(&stranger);
            let reply = match case.foreign {
                Foreign::Nobodys => continue,
                Foreign::Empty => call.header("x-min-position", &position).send(world).await,
                Foreign::NotFound | Foreign::ItsOwn => call.send(world).await,
            };
            match case.foreign {
                Foreign::NotFound => {
                    reply.problem(404, "not-found");
                }
                Foreign::Empty => {
                    let data = reply.expect(200)["data"].clone();
                    let text = data.to_string();
                    assert!(
                        !text.contains("mine") && !text.contains(&things.alert),
                        "{text}"
                    );
                }
                Foreign::ItsOwn => {
                    reply.expect(201);
                }
                Foreign::Nobodys => {}
            }
        }
        // Nothing of all that touched the things themselves.
        let owner = world.token(&org, Role::Viewer);
        let read = get(format!("{BUILDINGS}/mine")).token(&owner);
        let seen = read
            .header("x-min-position", &position)
            .send(world)
            .await
            .expect(200);
        assert_eq!(seen["data"]["revision"], 1);
        let read = get(format!("{ALERTS}/{}", things.alert)).token(&owner);
        let seen = read
            .header("x-min-position", &position)
            .send(world)
            .await
            .expect(200);
        assert_eq!(seen["data"]["revision"], 1);
    });
}

#[test]
fn scopes_and_frontends_narrow() {
    run(|world, org| async move {
        let grant = |scopes: &[&str], frontends: &[&str]| {
            let mut grant = Grant::member("anna", &org, Role::Admin, TimeDelta::hours(1));
            grant.scopes = scopes.iter().map(ToString::to_string).collect();
            grant.frontends = frontends.iter().map(ToString::to_string).collect();
            world.issue(&grant)
        };
        let write = post(BUILDINGS, &json!({"name": "x"}));
        let reader = grant(&["read"], &[]);
        get(BUILDINGS).token(&reader).send(world).await.expect(200);
        write
            .clone()
            .token(&reader)
            .send(world)
            .await
            .problem(403, "scope-missing");
        let writer = grant(&["write"], &[]);
        get(BUILDINGS)
            .token(&writer)
            .send(world)
            .await
            .problem(403, "scope-missing");
        write.token(&writer).send(world).await.expect(201);
        let limited = grant(&[], &["citypulse"]);
        let from = |name: &str| {
            get(BUILDINGS)
                .token(&limited)
                .header("x-frontend-source", name)
        };
        from("citypulse").send(world).await.expect(200);
        from("CityPulse").send(world).await.expect(200);
        from("flov7")
            .send(world)
            .await
            .problem(403, "frontend-not-permitted");
        let ended = Grant::member("anna", &org, Role::Admin, TimeDelta::seconds(-60));
        let ended = get(BUILDINGS).token(&world.issue(&ended)).send(world).await;
        ended.problem(401, "token-expired");
        let key = get(BUILDINGS).header("x-api-key", "k").send(world).await;
        key.problem(401, "api-key-unknown");
    });
}
