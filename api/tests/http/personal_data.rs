//! What is kept of people: read by themselves, and erased.

use std::time::Duration;

use flowgrid_bus::{Role, Tenant};
use flowgrid_domain::memberships::{Membership, MembershipCommand};
use flowgrid_domain::notifications::{Notification, NotificationCommand, Send};
use flowgrid_domain::organizations::{Organization, OrganizationCommand};
use flowgrid_domain::values::{Line, Slug, Token};
use flowgrid_projections::ModelName;
use flowgrid_projections::documents::{self, DocumentRow};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::call::{Call, delete, get, post, put};
use crate::invitations::{invite, nobody};
use crate::somebody::{OTHER, PASSWORD, Somebody, eventually_refused, me};
use crate::world::{World, run};

fn erase(id: &str, token: &str) -> Call {
    delete(format!("/api/v1/users/{id}/personal-data")).token(token)
}

/// Somebody who has come to an organization by invitation, and belongs to no other.
async fn joined(world: &World, anna: &Somebody, org: &str, role: &str) -> Somebody {
    let mut ben = nobody(org, "ben");
    let body = json!({"email": ben.email, "role": role});
    invite(anna, &body).send(world).await.expect(201);
    let token = ben.mailed(world, "invited").await;
    let body =
        json!({"email": ben.email, "password": PASSWORD, "name": "Ben", "invitationToken": token});
    let registered = post("/api/v1/auth/register", &body).send(world).await;
    ben.body = registered.expect(201);
    ben
}

/// A member's row once the read model has got to `position`.
async fn row(world: &World, org: &str, id: &str, position: &Value) -> DocumentRow {
    let position = position.as_str().unwrap().parse().unwrap();
    let models = [ModelName::Members];
    let limit = Duration::from_secs(20);
    world.read.wait_for(&models, position, limit).await.unwrap();
    let tenant = Tenant::from_slug(org).unwrap();
    let mut tx = world.read.begin(&tenant, &models).await.unwrap();
    let row = documents::get(&mut tx, ModelName::Members, id).await;
    row.unwrap().unwrap()
}

/// Fills the next generation from the log, and waits until it is the live one.
async fn rebuilt(world: &World) {
    let job = world.projections.request_rebuild(ModelName::Members, false);
    let job = job.await.unwrap().generation;
    for _ in 0..800 {
        let statuses = world.projections.status().await.unwrap();
        let members = statuses
            .iter()
            .find(|one| one.name == ModelName::Members.as_str());
        if members.is_some_and(|one| one.generation == Some(job)) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("the rebuild never ended");
}

async fn events_of(world: &World, anna: &Somebody, person: &str) -> usize {
    let path = format!("/api/v1/events?log=identity&limit=500&subject=membership.{person}.*");
    let events = get(path).token(anna.access()).send(world).await.expect(200);
    events["data"].as_array().unwrap().len()
}

#[test]
fn an_admin_erases_a_member_and_a_person_who_belongs_nowhere_else() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        let ben = joined(world, &anna, &org, "admin").await;
        let key = post("/api/v1/auth/api-keys", &json!({"name": "k"})).token(ben.access());
        let key = key.send(world).await.expect(201)["data"].clone();
        let events = events_of(world, &anna, &ben.id()).await;
        assert!(events > 0);
        let done = erase(&ben.id(), anna.access()).send(world).await;
        let position = done.header("x-event-position").to_owned();
        let done = done.expect(200)["data"].clone();
        assert_eq!(done["personErased"], true);
        assert_eq!(done["organizations"], json!([org]));
        assert_eq!(done["position"], position);
        // Nobody gets in as it any more, by whatever way.
        eventually_refused(world, ben.access()).await;
        ben.login(world, PASSWORD)
            .await
            .problem(401, "invalid-credentials");
        let by_key = get("/api/v1/citypulse/buildings");
        let by_key = by_key.header("x-api-key", key["key"].as_str().unwrap());
        by_key.send(world).await.problem(401, "api-key-unknown");
        let keys = get("/api/v1/auth/api-keys").token(anna.access());
        let keys = keys.header("x-min-position", &position);
        let keys = keys.send(world).await.expect(200);
        assert_eq!(keys["data"][0]["status"], "revoked");
        // What is left says nothing of it, now and after every replay.
        let live = row(world, &org, &ben.id(), &done["position"]).await;
        assert_eq!(live.body["status"], "erased");
        assert!(live.body["email"].is_null() && live.body["name"].is_null());
        rebuilt(world).await;
        assert_eq!(row(world, &org, &ben.id(), &done["position"]).await, live);
        let report = world.projections.verify(ModelName::Members).await.unwrap();
        assert!(report.is_clean(), "{report:?}");
        // The events are all there, and one more.
        assert_eq!(events_of(world, &anna, &ben.id()).await, events + 1);
        // The address is free, and a second time there is nothing to do.
        let again = json!({"email": ben.email, "password": OTHER, "name": "Ben"});
        let again = post("/api/v1/auth/register", &again).send(world).await;
        assert_ne!(again.expect(201)["user"]["id"], ben.id());
        erase(&ben.id(), anna.access())
            .send(world)
            .await
            .expect(200);
    });
}

#[test]
fn whatever_was_sealed_of_an_erased_person_never_opens_again() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        let ben = joined(world, &anna, &org, "user").await;
        let sealed: Vec<(String, String, Uuid, String)> = sqlx::query_as(
            "select split_part(aggregate_id, '/', 1), split_part(aggregate_id, '/', 2), tenant_id, \
             payload ->> 'email' from events where payload ->> 'email' is not null",
        )
        .fetch_all(&mut world.owner().await)
        .await
        .unwrap();
        let opens = async || {
            let mut count = 0;
            for (slug, id, _, sealed) in &sealed {
                let (tenant, subject) = (Tenant::from_slug(slug).unwrap(), id.parse().unwrap());
                let opened = world.vault.open_field(subject, &tenant, "email", sealed);
                // What others erased meanwhile may not open at all.
                let opened = opened.await.ok().flatten();
                count += usize::from(opened.as_deref() == Some(&*ben.email));
            }
            count
        };
        // The person and its membership; of its invitation nothing is left since it was accepted.
        assert_eq!(opens().await, 2);
        erase(&ben.id(), anna.access())
            .send(world)
            .await
            .expect(200);
        assert_eq!(opens().await, 0);
    });
}

#[test]
fn who_belongs_elsewhere_as_well_stays_there() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        let own = format!("{org}-ben");
        let ben = Somebody::new(world, &own).await;
        let body = json!({"email": ben.email});
        invite(&anna, &body).send(world).await.expect(201);
        let token = json!({"token": ben.mailed(world, "invited").await});
        let accept = post("/api/v1/auth/accept-invitation", &token).token(ben.access());
        accept.send(world).await.expect(200);
        let done = erase(&ben.id(), anna.access())
            .send(world)
            .await
            .expect(200);
        assert_eq!(done["data"]["personErased"], false);
        assert_eq!(done["data"]["organizations"], json!([org]));
        let login = ben.login(world, PASSWORD).await.expect(200);
        let token = login["accessToken"].as_str().unwrap();
        let organizations = get("/api/v1/auth/organizations").token(token);
        let organizations = organizations.send(world).await.expect(200)["data"].clone();
        assert_eq!(organizations.as_array().unwrap().len(), 1);
        assert_eq!(organizations[0]["slug"], own);
        // Anna is no admin where ben is.
        let foreign = erase(&anna.id(), token).send(world).await;
        foreign.problem(404, "not-found");
        me(world, anna.access()).await.expect(200);
    });
}

#[test]
fn oneself_is_erased_everywhere_but_never_the_last_admin() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        let ben = joined(world, &anna, &org, "user").await;
        let own = erase("me", anna.access()).send(world).await;
        assert!(
            own.problem(422, "last-admin")["detail"]
                .as_str()
                .unwrap()
                .contains(&org)
        );
        me(world, anna.access()).await.expect(200);
        // A user may erase itself, but nobody else.
        let other = erase(&anna.id(), ben.access()).send(world).await;
        other.problem(403, "role-too-low");
        let tenant = Tenant::from_slug(&org).unwrap();
        let (role, id) = (Role::Admin, ben.id());
        let promote = MembershipCommand::ChangeRole { role };
        world.execute::<Membership>(&tenant, &id, promote).await;
        let add = OrganizationCommand::AddAdmin {
            person: Slug::parse(&id).unwrap(),
        };
        world.execute::<Organization>(&tenant, &org, add).await;
        let done = erase(&anna.id(), anna.access())
            .send(world)
            .await
            .expect(200);
        assert_eq!(done["data"]["personErased"], true);
        eventually_refused(world, anna.access()).await;
        anna.login(world, PASSWORD)
            .await
            .problem(401, "invalid-credentials");
        let live = row(world, &org, &anna.id(), &done["data"]["position"]).await;
        assert!(live.body["email"].is_null());
        // The last one that is left stays.
        let login = ben.login(world, PASSWORD).await.expect(200);
        let token = login["accessToken"].as_str().unwrap();
        erase("me", token)
            .send(world)
            .await
            .problem(422, "last-admin");
    });
}

#[test]
fn what_broke_off_is_finished_by_the_next_try() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        let ben = joined(world, &anna, &org, "user").await;
        // The first half alone: the log says so, the vault knows nothing of it.
        let tenant = Tenant::from_slug(&org).unwrap();
        let half = MembershipCommand::Erase;
        world.execute::<Membership>(&tenant, &ben.id(), half).await;
        let done = erase(&ben.id(), anna.access())
            .send(world)
            .await
            .expect(200);
        assert_eq!(done["data"]["personErased"], true);
        eventually_refused(world, ben.access()).await;
        ben.login(world, PASSWORD)
            .await
            .problem(401, "invalid-credentials");
    });
}

#[test]
fn an_operator_erases_everything_of_anybody_who_is_somebody() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        let ben = joined(world, &anna, &org, "user").await;
        let operator = world.operator();
        for unknown in ["mine", &Uuid::new_v4().to_string()] {
            let nobody = erase(unknown, &operator).send(world).await;
            nobody.problem(404, "not-found");
        }
        let last = erase(&anna.id(), &operator).send(world).await;
        last.problem(422, "last-admin");
        let done = erase(&ben.id(), &operator).send(world).await.expect(200);
        assert_eq!(done["data"]["organizations"], json!([org]));
        assert_eq!(done["data"]["position"], Value::Null);
        eventually_refused(world, ben.access()).await;
    });
}

#[test]
fn a_person_reads_all_that_is_kept_of_it_and_no_secret() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        let body = json!({"name": "Anna Neu", "settings": {"theme": "dark"}});
        let change = put("/api/v1/users/profile", &body).token(anna.access());
        change.send(world).await.expect(200);
        let key = post("/api/v1/auth/api-keys", &json!({"name": "exporter"}));
        let key = key.token(anna.access()).header("user-agent", "Laptop/1");
        let key = key.send(world).await.expect(201)["data"].clone();
        let key = key["key"].as_str().unwrap().to_owned();
        let buildings = get("/api/v1/citypulse/buildings").header("x-api-key", &key);
        buildings.send(world).await.expect(200);
        let service = json!({"service": "github", "credentials": {"token": "ghp_0815"}});
        let service = post("/api/v1/users/integrations", &service).token(anna.access());
        service.send(world).await.expect(201);
        let tenant = Tenant::from_slug(&org).unwrap();
        let notice = NotificationCommand::Send(Send {
            user_id: Line::parse(&anna.id()).unwrap(),
            kind: Token::parse("alert").unwrap(),
            title: Line::parse("It is hot").unwrap(),
            message: None,
            data: None,
        });
        let id = Uuid::now_v7().to_string();
        world.execute::<Notification>(&tenant, &id, notice).await;
        for _ in 0..800 {
            let read = get("/api/v1/users/me/personal-data").token(anna.access());
            let read = read.send(world).await;
            assert!(read.header("content-disposition").starts_with("attachment"));
            let text = String::from_utf8_lossy(&read.bytes).into_owned();
            for secret in [
                PASSWORD,
                &key,
                anna.access(),
                anna.refresh(),
                "ghp_0815",
                "v1.",
                "$argon2",
            ] {
                assert!(!text.contains(secret), "{secret}");
            }
            let data = read.expect(200)["data"].clone();
            let here = &data["organizations"][0];
            // The read models follow.
            let followed = |name: &str| here[name].as_array().is_some_and(|all| !all.is_empty());
            let recorded = here["securityEvents"].as_array().map_or(0, Vec::len);
            let all = ["notifications", "apiKeys", "integrations"]
                .into_iter()
                .all(followed);
            if !all || recorded < 2 {
                tokio::time::sleep(Duration::from_millis(25)).await;
                continue;
            }
            assert_eq!(data["person"]["email"], anna.email);
            assert_eq!(data["person"]["settings"], json!({"theme": "dark"}));
            assert_eq!(data["history"][0]["data"]["name"], "Anna");
            assert_eq!(data["history"][1]["data"]["name"], "Anna Neu");
            assert_eq!(data["sessions"].as_array().unwrap().len(), 1);
            assert_eq!(
                (&here["slug"], &here["knownAs"]),
                (&json!(org), &json!("Anna Neu"))
            );
            assert_eq!(here["role"], "admin");
            assert_eq!(here["notifications"][0]["title"], "It is hot");
            assert_eq!(here["apiKeys"][0]["name"], "exporter");
            assert!(here["apiKeys"][0]["lastUsedAt"].is_string());
            let recorded = here["securityEvents"].as_array().unwrap();
            let kinds: Vec<&Value> = recorded.iter().map(|one| &one["eventType"]).collect();
            assert_eq!(kinds, ["api-key-created", "login"]);
            assert_eq!(recorded[0]["userAgent"], "Laptop/1");
            assert_eq!(data["securityEvents"], json!([]));
            let service = &here["integrations"][0];
            assert_eq!(service["service"], "github");
            assert_eq!(service["credentialNames"], json!(["token"]));
            assert_eq!(data["truncated"], false);
            return;
        }
        panic!("the read models never followed");
    });
}
