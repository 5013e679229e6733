//! Who belongs to an organization, and who no more.

use flowgrid_bus::Tenant;
use flowgrid_domain::memberships::{Membership, MembershipCommand};
use flowgrid_domain::organizations::{Organization, OrganizationCommand};
use flowgrid_domain::values::Slug;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::call::{Call, Reply, delete, get, post, put};
use crate::invitations::{accept, joined, token_for};
use crate::somebody::{PASSWORD, Somebody, eventually_refused, me, refreshed};
use crate::world::{World, run};

const MEMBERS: &str = "/api/v1/organization/members";

pub fn id(somebody: &Somebody) -> &str {
    somebody.body["user"]["id"].as_str().unwrap()
}

fn remove(anna: &Somebody, ben: &Somebody) -> Call {
    delete(format!("{MEMBERS}/{}", id(ben))).token(anna.access())
}

/// The position of everything up to now.
async fn newest(world: &World, anna: &Somebody) -> String {
    let now = Uuid::now_v7().to_string();
    let change = put("/api/v1/organization", &json!({"settings": {"now": now}}));
    let changed = change.token(anna.access()).send(world).await;
    changed.header("x-event-position").to_owned()
}

/// The list, once it holds everything up to now.
pub async fn list(world: &World, anna: &Somebody, query: &str) -> Reply {
    let list = get(format!("{MEMBERS}?{query}")).token(anna.access());
    let list = list.header("x-min-position", &newest(world, anna).await);
    list.send(world).await
}

fn names(list: &Value) -> Vec<&str> {
    let all = list["data"].as_array().unwrap().iter();
    all.map(|one| one["email"].as_str().unwrap().split('-').next().unwrap())
        .collect()
}

#[test]
fn the_roll_is_filtered_searched_sorted_and_paged() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        for (name, role) in [("ben", "user"), ("cleo", "manager"), ("dora", "user")] {
            joined(world, &anna, name, role).await;
        }
        let all = list(world, &anna, "").await.expect(200);
        assert_eq!(all["pagination"]["total"], 4);
        assert_eq!(&names(&all)[..3], ["dora", "cleo", "ben"]);
        assert!(all["data"][0]["lastLogin"].is_string());
        let users = list(world, &anna, "role=user&sort=email").await.expect(200);
        assert_eq!(names(&users), ["ben", "dora"]);
        let found = list(world, &anna, "q=CLEO-").await.expect(200);
        assert_eq!(names(&found), ["cleo"]);
        let page = list(world, &anna, "sort=-email&limit=1&offset=1&role=user").await;
        let page = page.expect(200);
        assert_eq!(names(&page), ["ben"]);
        assert_eq!(page["pagination"]["hasMore"], false);
        assert_eq!(page["pagination"]["total"], 2);
        for odd in ["role=king", "status=gone", "sort=password", "limit=0"] {
            let odd = list(world, &anna, odd).await;
            odd.problem(400, "bad-input");
        }
        let late = "updatedSince=2100-01-01T00:00:00Z";
        let late = list(world, &anna, late).await.expect(200);
        assert_eq!(late["pagination"]["total"], 0);
    });
}

#[test]
fn who_is_removed_is_out_at_once_and_keeps_what_is_elsewhere() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        let ben = Somebody::new(world, &format!("{org}-ben")).await;
        let token = token_for(world, &anna, &ben, "user").await;
        accept(&ben, &token).send(world).await.expect(200);
        let login = json!({"email": ben.email, "password": PASSWORD, "organization": org});
        let login = post("/api/v1/auth/login", &login);
        let there = login.clone().send(world).await.expect(200);
        let there_too = there["accessToken"].as_str().unwrap();
        let key = json!({"name": "exporter", "scopes": ["read"]});
        let key = post("/api/v1/auth/api-keys", &key).token(there_too);
        let key = key.send(world).await.expect(201)["data"].clone();
        // As soon as the list of keys knows it.
        let keys = get("/api/v1/auth/api-keys").token(anna.access());
        let known = keys
            .clone()
            .header("x-min-position", key["position"].as_str().unwrap());
        known.send(world).await.expect(200);
        let removed = remove(&anna, &ben).send(world).await.expect(200);
        assert_eq!(removed["data"]["status"], "removed");
        assert_eq!(removed["data"]["email"], ben.email);
        let refresh = refreshed(world, there["refreshToken"].as_str().unwrap()).await;
        refresh.problem(401, "session-ended");
        eventually_refused(world, there["accessToken"].as_str().unwrap()).await;
        let exporter = get("/api/v1/citypulse/buildings");
        let exporter = exporter.header("x-api-key", key["key"].as_str().unwrap());
        exporter.send(world).await.problem(401, "api-key-unknown");
        let keys = keys.header("x-min-position", &newest(world, &anna).await);
        let keys = keys.send(world).await.expect(200);
        assert_eq!(keys["data"][0]["status"], "revoked");
        me(world, ben.access()).await.expect(200);
        login.send(world).await.problem(403, "no-organization");
        // Once more, it is nothing to do; the link that let it in is used up.
        remove(&anna, &ben).send(world).await.expect(200);
        let again = accept(&ben, &token).send(world).await;
        again.problem(409, "membership-removed");
        let all = list(world, &anna, "").await.expect(200);
        assert_eq!(all["pagination"]["total"], 1);
        // Another invitation lets it back in.
        let mut anew = token_for(world, &anna, &ben, "viewer").await;
        while anew == token {
            anew = ben.mailed(world, "invited").await;
        }
        accept(&ben, &anew).send(world).await.expect(200);
    });
}

#[test]
fn the_last_admin_stays_and_nobody_touches_anothers_members() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        let eve = Somebody::new(world, &format!("{org}-eve")).await;
        let foreign = remove(&eve, &anna).send(world).await;
        foreign.problem(404, "not-found");
        remove(&anna, &anna)
            .send(world)
            .await
            .problem(422, "last-admin");
        let ben = joined(world, &anna, "ben", "admin").await;
        let stale = remove(&anna, &ben).header("if-match", "\"7\"");
        stale.send(world).await.problem(412, "version-mismatch");
        remove(&ben, &anna).send(world).await.expect(200);
        remove(&ben, &ben)
            .send(world)
            .await
            .problem(422, "last-admin");
    });
}

#[test]
fn a_removal_that_broke_off_is_finished_by_another() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        let ben = joined(world, &anna, "ben", "admin").await;
        let tenant = Tenant::from_slug(&org).unwrap();
        let person = Slug::parse(id(&ben)).unwrap();
        let withdraw = OrganizationCommand::WithdrawAdmin { person };
        world.execute::<Organization>(&tenant, &org, withdraw).await;
        // The process died between the two; anna is the last admin now, whatever ben's role says.
        remove(&ben, &anna)
            .send(world)
            .await
            .problem(422, "last-admin");
        remove(&anna, &ben).send(world).await.expect(200);
        eventually_refused(world, ben.access()).await;
    });
}

#[test]
fn who_is_erased_and_comes_back_at_the_same_time_can_be_read() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        let ben = Somebody::new(world, &format!("{org}-ben")).await;
        let tenant = Tenant::from_slug(&org).unwrap();
        let mut before = String::new();
        let mut token = token_for(world, &anna, &ben, "user").await;
        accept(&ben, &token).send(world).await.expect(200);
        for _ in 0..5 {
            // Removed first, else an invitation would be refused; unless it was erased last.
            remove(&anna, &ben).send(world).await;
            std::mem::swap(&mut before, &mut token);
            token = token_for(world, &anna, &ben, "user").await;
            while token == before {
                token = ben.mailed(world, "invited").await;
            }
            let erase = world.execute::<Membership>(&tenant, id(&ben), MembershipCommand::Erase);
            let (_, accepted) = tokio::join!(erase, accept(&ben, &token).send(world));
            // Erased last, it is no member any more.
            assert!(matches!(accepted.status.as_u16(), 200 | 404));
            caught_up(world).await;
            let all = list(world, &anna, "").await.expect(200);
            for member in all["data"].as_array().unwrap() {
                assert!(member["email"].is_string(), "{member}");
            }
        }
    });
}

/// Until the vault has heard of the newest erasure.
async fn caught_up(world: &World) {
    let newest = "select max(position) from events where event_type = 'membership.erased'";
    let mut owner = world.owner().await;
    let newest: i64 = sqlx::query_scalar(newest)
        .fetch_one(&mut owner)
        .await
        .unwrap();
    flowgrid_tests::eventually("the vault has heard", || async {
        let mut owner = world.owner().await;
        let here = "select position from vault.checkpoints where log_id = 0";
        let here: i64 = sqlx::query_scalar(here)
            .fetch_one(&mut owner)
            .await
            .unwrap();
        here >= newest
    })
    .await;
}
