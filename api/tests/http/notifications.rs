//! What people are told.

use chrono::TimeDelta;
use flowgrid_api::auth::Grant;
use flowgrid_bus::{Role, Tenant};
use flowgrid_domain::notifications::Send;
use flowgrid_domain::values::{Line, Token};
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::call::{call, get, post};
use crate::invitations::{invite, nobody};
use crate::somebody::{PASSWORD, Somebody};
use crate::world::{ANNA, World, run};

const LIST: &str = "/api/v1/users/notifications";
const BEN: &str = "019a0b6e-7d1c-7c3e-9f58-0d6a4c1b2e40";

fn token(world: &World, org: &str, person: &str, role: Role) -> String {
    world.issue(&Grant::member(person, org, role, TimeDelta::hours(1)))
}

fn viewer(world: &World, org: &str, person: &str) -> String {
    token(world, org, person, Role::Viewer)
}

async fn tell(world: &World, org: &str, person: &str, cause: &str, kind: &str) -> bool {
    let send = Send {
        user_id: Line::parse(person).unwrap(),
        kind: Token::parse(kind).unwrap(),
        title: Line::parse(&format!("About {cause}")).unwrap(),
        message: None,
        data: json!({"cause": cause}).as_object().cloned(),
    };
    let tenant = Tenant::from_slug(org).unwrap();
    world.commands.notify(&tenant, cause, send).await.unwrap()
}

/// The page once it holds `total` of them.
async fn listed(world: &World, path: &str, token: &str, total: u64) -> Value {
    for _ in 0..800 {
        let page = get(path).token(token).send(world).await.expect(200);
        if page["pagination"]["total"] == total {
            return page;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    panic!("never {total} of them at {path}");
}

/// What somebody was told about something, once it is so much.
pub async fn notified(world: &World, token: &str, kind: &str, total: u64) -> Vec<Value> {
    let page = listed(world, &format!("{LIST}?type={kind}"), token, total).await;
    page["data"].as_array().unwrap().clone()
}

fn titles(page: &Value) -> Vec<&str> {
    let data = page["data"].as_array().unwrap().iter();
    data.map(|one| one["title"].as_str().unwrap()).collect()
}

#[test]
fn everybody_sees_what_it_was_told_itself() {
    run(|world, org| async move {
        for (person, cause, kind) in [
            (ANNA, "one", "alert"),
            (ANNA, "two", "role-changed"),
            (BEN, "three", "alert"),
        ] {
            assert!(tell(world, &org, person, cause, kind).await);
        }
        let (anna, ben) = (viewer(world, &org, ANNA), viewer(world, &org, BEN));
        let page = listed(world, LIST, &anna, 2).await;
        assert_eq!(titles(&page), ["About two", "About one"]);
        let first = &page["data"][0];
        assert_eq!(first["userId"], ANNA);
        assert_eq!(first["type"], "role-changed");
        assert_eq!(first["data"], json!({"cause": "two"}));
        assert_eq!(first["read"], false);
        assert_eq!(first["readAt"], Value::Null);
        assert_eq!(titles(&listed(world, LIST, &ben, 1).await), ["About three"]);
        let shared = get("/api/v1/shared/notifications").token(&anna);
        let shared = shared.send(world).await;
        assert!(!shared.headers.contains_key("deprecation"));
        assert_eq!(shared.expect(200), page);
        let elsewhere = viewer(world, &format!("{org}-other"), ANNA);
        listed(world, LIST, &elsewhere, 0).await;
    });
}

#[test]
fn lists_are_paged_narrowed_and_compared() {
    run(|world, org| async move {
        for (cause, kind) in [("one", "note"), ("two", "alert"), ("three", "note")] {
            tell(world, &org, ANNA, cause, kind).await;
        }
        let anna = viewer(world, &org, ANNA);
        listed(world, LIST, &anna, 3).await;
        let page = async |query: &str| {
            let call = get(format!("{LIST}?{query}")).token(&anna);
            call.send(world).await.expect(200)
        };
        let second = page("limit=1&page=2").await;
        assert_eq!(titles(&second), ["About two"]);
        assert_eq!(second["pagination"]["hasMore"], true);
        assert_eq!(titles(&page("sort=createdAt&limit=1").await), ["About one"]);
        assert_eq!(titles(&page("type=alert").await), ["About two"]);
        assert_eq!(titles(&page("unread=true").await).len(), 3);
        assert_eq!(titles(&page("unread=false").await).len(), 0);
        let newer = page("updatedSince=2999-01-01T00:00:00Z").await;
        assert_eq!(newer["pagination"]["total"], 0);
        for wrong in [
            "unread=perhaps",
            "sort=title",
            "limit=501",
            "updatedSince=now",
        ] {
            let call = get(format!("{LIST}?{wrong}")).token(&anna);
            call.send(world).await.problem(400, "bad-input");
        }
        let first = get(LIST).token(&anna).send(world).await;
        let tag = first.header("etag").to_owned();
        let again = get(LIST).token(&anna).header("if-none-match", &tag);
        again.send(world).await.expect(304);
    });
}

#[test]
fn what_is_read_stays_read_and_only_its_person_reads_it() {
    run(|world, org| async move {
        tell(world, &org, ANNA, "one", "note").await;
        let anna = viewer(world, &org, ANNA);
        let page = listed(world, LIST, &anna, 1).await;
        let id = page["data"][0]["id"].as_str().unwrap().to_owned();
        let read = |token: &str| call("PUT", format!("{LIST}/{id}/read")).token(token);
        for stranger in [
            viewer(world, &org, BEN),
            token(world, &org, BEN, Role::Admin),
            viewer(world, &format!("{org}-other"), ANNA),
        ] {
            read(&stranger).send(world).await.problem(404, "not-found");
        }
        let late = read(&anna).header("if-match", "\"7\"").send(world).await;
        late.problem(412, "version-mismatch");
        let done = read(&anna).send(world).await;
        assert_eq!(done.header("etag"), "\"2\"");
        let position = done.header("x-event-position").to_owned();
        let done = done.expect(200);
        assert_eq!(done["data"]["read"], true);
        assert!(done["data"]["readAt"].is_string());
        let again = read(&anna).send(world).await.expect(200);
        assert_eq!(again["data"], done["data"]);
        let unread = get(format!("{LIST}?unread=true")).token(&anna);
        let unread = unread.header("x-min-position", &position);
        let unread = unread.send(world).await.expect(200);
        assert_eq!(unread["pagination"]["total"], 0);
        let nothing = call("PUT", format!("{LIST}/{BEN}/read")).token(&anna);
        nothing.send(world).await.problem(404, "not-found");
    });
}

#[test]
fn all_are_read_at_once_and_others_stay_unread() {
    run(|world, org| async move {
        for n in 0..40 {
            tell(world, &org, ANNA, &format!("cause {n}"), "note").await;
        }
        tell(world, &org, BEN, "his", "note").await;
        let (anna, ben) = (viewer(world, &org, ANNA), viewer(world, &org, BEN));
        listed(world, LIST, &anna, 40).await;
        listed(world, LIST, &ben, 1).await;
        let all = call("PUT", format!("{LIST}/read-all")).token(&anna);
        let done = all.clone().send(world).await;
        let position = done.header("x-event-position").to_owned();
        let done = done.expect(200);
        assert_eq!(done["data"]["count"], 40);
        assert_eq!(done["data"]["hasMore"], false);
        assert_eq!(done["data"]["position"], *position);
        let again = all.header("x-min-position", &position).send(world).await;
        let again = again.expect(200);
        assert_eq!(again["data"]["count"], 0);
        assert_eq!(again["data"]["position"], Value::Null);
        listed(world, &format!("{LIST}?unread=true"), &anna, 0).await;
        listed(world, &format!("{LIST}?unread=true"), &ben, 1).await;
    });
}

#[test]
fn of_one_cause_somebody_is_told_once() {
    run(|world, org| async move {
        let told = join_all((0..8).map(|_| tell(world, &org, ANNA, "storm", "alert"))).await;
        assert_eq!(told.iter().filter(|first| **first).count(), 1);
        assert!(tell(world, &org, BEN, "storm", "alert").await);
        listed(world, LIST, &viewer(world, &org, ANNA), 1).await;
    });
}

#[test]
fn a_program_is_told_nothing() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        let body = json!({"name": "exporter", "scopes": ["read", "write"]});
        let made = post("/api/v1/auth/api-keys", &body).token(anna.access());
        let made = made.send(world).await.expect(201);
        let key = made["data"]["key"].as_str().unwrap();
        let program = get(LIST).header("x-api-key", key).send(world).await;
        program.problem(403, "no-person");
    });
}

#[test]
fn who_has_invited_somebody_is_told_when_it_joins() {
    run(|world, org| async move {
        let (anna, ben) = (Somebody::new(world, &org).await, nobody(&org, "ben"));
        let invited = json!({"email": ben.email, "role": "user"});
        let invited = invite(&anna, &invited).send(world).await.expect(201);
        let token = ben.mailed(world, "invited").await;
        let body = json!({"email": ben.email, "password": PASSWORD, "name": "Ben", "invitationToken": token});
        let joined = post("/api/v1/auth/register", &body).send(world).await;
        let joined = joined.expect(201);
        let page = listed(world, LIST, anna.access(), 1).await;
        let told = &page["data"][0];
        assert_eq!(told["type"], "invitation-accepted");
        assert_eq!(told["data"]["invitationId"], invited["data"]["id"]);
        assert_eq!(told["data"]["userId"], joined["user"]["id"]);
        // It stands in the log: nothing of a person is in it.
        assert!(!told.to_string().contains("Ben") && !told.to_string().contains("@"));
        let his = joined["accessToken"].as_str().unwrap();
        listed(world, LIST, his, 0).await;
    });
}
