//! One's own profile.

use flowgrid_bus::Tenant;
use flowgrid_domain::people::{Person, PersonCommand, ProfileChange};
use flowgrid_domain::values::Sealed;
use serde_json::{Value, json};

use crate::call::{Call, get, put};
use crate::somebody::{PASSWORD, Somebody, me};
use crate::world::{World, run};

const PROFILE: &str = "/api/v1/users/profile";

fn change(token: &str, body: &Value) -> Call {
    put(PROFILE, body).token(token)
}

/// The name that the organization knows of its first member, opened.
async fn name_as_member(world: &World, org: &str) -> Option<String> {
    let mut connection = world.owner().await;
    let tenant = Tenant::from_slug(org).unwrap();
    let (id, name): (String, String) = sqlx::query_as(
        "select split_part(aggregate_id, '/', 2), payload ->> 'name' from events \
         where tenant_id = $1 and aggregate_type = 'membership' and payload ->> 'name' is not null \
         order by position desc limit 1",
    )
    .bind(tenant.id())
    .fetch_one(&mut connection)
    .await
    .unwrap();
    let person = id.parse().unwrap();
    let vault = &world.vault;
    vault
        .open_field(person, &tenant, "name", &name)
        .await
        .unwrap()
}

#[test]
fn a_profile_is_read_changed_and_read_again() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        let read = get(PROFILE).token(anna.access()).send(world).await;
        let tag = read.header("etag").to_owned();
        let before = read.expect(200)["data"].clone();
        assert_eq!(before["email"], anna.email);
        assert_eq!(before["settings"], json!({}));
        let statistics = &before["statistics"];
        assert_eq!(
            (&statistics["sessions"], &statistics["apiKeys"]),
            (&json!(1), &json!(0))
        );
        assert_eq!(statistics["unreadNotifications"], 0);
        assert!(statistics["memberSince"].is_string() && statistics["lastLogin"].is_string());
        let known = get(PROFILE)
            .token(anna.access())
            .header("if-none-match", &tag);
        known.send(world).await.expect(304);
        // As it was read, with three things changed.
        let mut body = before.clone();
        body["name"] = json!("Anna Änderung");
        body["settings"] = json!({"theme": {"dark": true}});
        body["avatarUrl"] = json!("https://cdn.example/anna.png");
        body["role"] = json!("operator");
        let changed = change(anna.access(), &body)
            .header("if-match", &tag)
            .send(world)
            .await;
        assert_eq!(
            changed.header("etag"),
            format!("\"{}\"", before["revision"].as_u64().unwrap() + 1)
        );
        let position = changed.header("x-event-position").to_owned();
        let changed = changed.expect(200)["data"].clone();
        assert_eq!(changed["position"], position);
        assert_eq!(changed["name"], "Anna Änderung");
        assert_eq!(changed["role"], "admin");
        let user = me(world, anna.access()).await.expect(200)["user"].clone();
        assert_eq!(user["settings"], json!({"theme": {"dark": true}}));
        assert_eq!(user["avatarUrl"], "https://cdn.example/anna.png");
        assert_eq!(name_as_member(world, &org).await.unwrap(), "Anna Änderung");
        // What is absent stays, what is null is cleared, and nothing to do is no event.
        let other = put("/api/v1/auth/profile", &json!({"avatar_url": null})).token(anna.access());
        let other = other.send(world).await.expect(200)["data"].clone();
        assert_eq!(
            (&other["avatarUrl"], &other["name"]),
            (&Value::Null, &changed["name"])
        );
        let same = change(anna.access(), &other).send(world).await.expect(200);
        assert_eq!(same["data"]["revision"], other["revision"]);
    });
}

#[test]
fn two_changes_at_once_lose_nothing() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        let settings = json!({"settings": {"a": 1}});
        let url = json!({"avatarUrl": "https://cdn.example/a.png"});
        let (one, other) = tokio::join!(
            change(anna.access(), &settings).send(world),
            change(anna.access(), &url).send(world)
        );
        one.expect(200);
        other.expect(200);
        let user = me(world, anna.access()).await.expect(200)["user"].clone();
        assert_eq!(user["settings"], settings["settings"]);
        assert_eq!(user["avatarUrl"], url["avatarUrl"]);
    });
}

#[test]
fn odd_profiles_are_refused_and_repeats_answered_alike() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        for (body, pointer) in [
            (json!({"name": " "}), "/name"),
            (json!({"settings": "dark"}), "/settings"),
            (json!({"settings": {"a": "x".repeat(5_000)}}), "/settings"),
            (json!({"avatarUrl": "javascript:alert(1)"}), "/avatarUrl"),
            (json!({"nickname": "A"}), "/nickname"),
        ] {
            let refused = change(anna.access(), &body).send(world).await;
            assert_eq!(
                refused.problem(422, "invalid")["errors"][0]["pointer"],
                pointer
            );
        }
        let stale = change(anna.access(), &json!({"name": "B"})).header("if-match", "\"99\"");
        stale.send(world).await.problem(412, "version-mismatch");
        let first = change(anna.access(), &json!({"name": "B"})).header("idempotency-key", "k");
        let answer = first.clone().send(world).await.expect(200)["data"].clone();
        change(anna.access(), &json!({"name": "C"}))
            .send(world)
            .await
            .expect(200);
        let again = first.send(world).await.expect(200)["data"].clone();
        assert_eq!(
            (&again["name"], &again["revision"]),
            (&answer["name"], &answer["revision"])
        );
        // The repeat has not brought the old name back anywhere.
        assert_eq!(
            me(world, anna.access()).await.expect(200)["user"]["name"],
            "C"
        );
        assert_eq!(name_as_member(world, &org).await.unwrap(), "C");
        let largest = json!({"settings": {"a": "x".repeat(4_000)},
            "avatarUrl": format!("https://cdn.example/{}", "a".repeat(970)), "name": "ß".repeat(200)});
        change(anna.access(), &largest)
            .send(world)
            .await
            .expect(200);
    });
}

#[test]
fn a_name_that_broke_off_on_its_way_arrives_at_the_next_login() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        // The first half alone: the person has another name, its membership not yet.
        let (people, id) = (Tenant::from_slug("people").unwrap(), anna.id());
        let person = id.parse().unwrap();
        let sealed = world.vault.seal(person, &people, "name", "Half").await;
        let change = PersonCommand::ChangeProfile(ProfileChange {
            name: Some(Sealed::parse(&sealed.unwrap()).unwrap()),
            profile: None,
        });
        world.execute::<Person>(&people, &id, change).await;
        assert_eq!(name_as_member(world, &org).await.unwrap(), "Anna");
        anna.login(world, PASSWORD).await.expect(200);
        assert_eq!(name_as_member(world, &org).await.unwrap(), "Half");
    });
}
