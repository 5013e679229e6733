use flowgrid_bus::Role;
use serde_json::{Value, json};

use crate::call::{BUILDINGS, Reply, delete, get, post, put};
use crate::world::{World, run};

async fn register(world: &World, org: &str, body: Value) -> Reply {
    let token = world.token(org, Role::User);
    post(BUILDINGS, &body).token(&token).send(world).await
}

/// What a list shows once it holds what the reply wrote.
async fn list(world: &World, org: &str, query: &str, after: &Reply) -> Value {
    let token = world.token(org, Role::Viewer);
    let call = get(format!("{BUILDINGS}?{query}")).token(&token);
    let reply = call.header("x-min-position", after.header("x-event-position"));
    reply.send(world).await.expect(200)
}

fn ids(list: &Value) -> Vec<&str> {
    let items = list["data"].as_array().unwrap();
    items
        .iter()
        .map(|item| item["id"].as_str().unwrap())
        .collect()
}

#[test]
fn a_building_is_registered_read_changed_and_retired() {
    run(|world, org| async move {
        let manager = world.token(&org, Role::Manager);
        let body = json!({"id": "rathaus", "name": "Rathaus", "kind": "townHall", "lat": 48.3,
            "lon": 8.9, "area": 1200.5, "timezone": "Europe/Berlin"});
        let made = register(world, &org, body).await;
        let answer = made.expect(201);
        assert_eq!(answer["success"], true);
        assert_eq!(answer["data"]["id"], "rathaus");
        assert_eq!(answer["data"]["revision"], 1);
        assert_eq!(answer["data"]["status"], "active");
        assert_eq!(answer["data"]["energy"], Value::Null);
        assert_eq!(answer["data"]["openAlerts"], Value::Null);
        assert_eq!(answer["data"]["position"], made.header("x-event-position"));
        assert_eq!(made.header("etag"), "\"1\"");
        assert!(answer["data"]["createdAt"].as_str().unwrap().ends_with('Z'));

        let path = format!("{BUILDINGS}/rathaus");
        let read = get(&path).token(&manager);
        let read = read.header("x-min-position", made.header("x-event-position"));
        let found = read.clone().send(world).await;
        let resource = found.expect(200)["data"].clone();
        assert_eq!(found.header("etag"), "\"1\"");
        assert_eq!(resource["openAlerts"], 0);
        assert_eq!(resource["energy"]["powerKw"], Value::Null);
        assert_eq!(resource["createdAt"], answer["data"]["createdAt"]);

        // The whole object as it was read, with one field changed.
        let mut changed = resource.clone();
        changed["name"] = json!("Altes Rathaus");
        changed["address"] = Value::Null;
        let change = put(&path, &changed).token(&manager);
        let reply = change.clone().header("if-match", "\"1\"").send(world).await;
        assert_eq!(reply.expect(200)["data"]["name"], "Altes Rathaus");
        assert_eq!(reply.header("etag"), "\"2\"");
        let stale = change.clone().header("if-match", "\"1\"").send(world).await;
        stale.problem(412, "version-mismatch");
        // Nothing changes any more: the same revision.
        let same = change.header("if-match", "*").send(world).await;
        assert_eq!(same.expect(200)["data"]["revision"], 2);

        let retired = delete(&path).token(&manager).send(world).await;
        assert_eq!(retired.expect(200)["data"]["status"], "retired");
        let again = delete(&path).token(&manager).send(world).await;
        assert_eq!(again.expect(200)["data"]["revision"], 3);
        let change = put(&path, &json!({"name": "x"}))
            .token(&manager)
            .send(world)
            .await;
        change.problem(409, "building-retired");
        let reuse = register(world, &org, json!({"id": "rathaus", "name": "Neu"})).await;
        reuse.problem(409, "already-exists");
    });
}

#[test]
fn lists_filter_sort_and_page() {
    run(|world, org| async move {
        let mut last = None;
        for (id, name, kind, lon) in [
            ("a", "Alpha", "school", 8.0),
            ("b", "Beta", "school", 9.0),
            ("c", "Gamma 100%", "depot", 179.5),
            ("d", "Delta", "depot", -179.5),
        ] {
            let body = json!({"id": id, "name": name, "kind": kind, "lat": 10.0, "lon": lon});
            last = Some(register(world, &org, body).await);
        }
        let last = last.unwrap();
        let all = list(world, &org, "", &last).await;
        assert_eq!(ids(&all), ["a", "b", "c", "d"]);
        assert_eq!(
            all["pagination"],
            json!({"total": 4, "limit": 50, "offset": 0, "hasMore": false})
        );
        let page = list(world, &org, "limit=1&page=2&sort=-name", &last).await;
        assert_eq!(ids(&page), ["d"]);
        assert_eq!(
            page["pagination"],
            json!({"total": 4, "limit": 1, "offset": 1, "hasMore": true})
        );
        assert_eq!(
            ids(&list(world, &org, "kind=depot", &last).await),
            ["c", "d"]
        );
        assert_eq!(ids(&list(world, &org, "q=100%25", &last).await), ["c"]);
        assert_eq!(ids(&list(world, &org, "search=ALPHA", &last).await), ["a"]);
        assert_eq!(
            ids(&list(world, &org, "bbox=7,0,8.5,20", &last).await),
            ["a"]
        );
        assert_eq!(
            ids(&list(world, &org, "bbox=179,0,-179,20", &last).await),
            ["c", "d"]
        );
        assert_eq!(
            ids(&list(world, &org, "status=retired", &last).await).len(),
            0
        );
        let since = "updated_since=2999-01-01T00:00:00Z";
        assert_eq!(ids(&list(world, &org, since, &last).await).len(), 0);
        let map = list(world, &org, "format=geojson&limit=1", &last).await;
        assert_eq!(map["type"], "FeatureCollection");
        assert_eq!(
            map["features"][0]["geometry"]["coordinates"],
            json!([8.0, 10.0])
        );
        assert_eq!(map["features"][0]["properties"]["name"], "Alpha");
        let token = world.token(&org, Role::Viewer);
        for bad in [
            "sort=secret",
            "limit=0",
            "bbox=1,2,3",
            "status=x",
            "format=xml",
            "page=0",
        ] {
            let reply = get(format!("{BUILDINGS}?{bad}"))
                .token(&token)
                .send(world)
                .await;
            let problem = reply.problem(400, "bad-input");
            let name = bad.split('=').next().unwrap();
            assert_eq!(problem["errors"][0]["pointer"], format!("?{name}"));
        }
    });
}

#[test]
fn wrong_input_is_named() {
    run(|world, org| async move {
        let long = "x".repeat(201);
        for (body, pointer) in [
            (json!({}), "/name"),
            (json!({"name": 7}), "/name"),
            (json!({"name": long}), "/name"),
            (json!({"name": "x", "id": "Not A Slug"}), "/id"),
            (json!({"name": "x", "id": "search"}), "/id"),
            (json!({"name": "x", "lat": 91, "lon": 0}), "/lat"),
            (json!({"name": "x", "lat": "48", "lon": 0}), "/lat"),
            (json!({"name": "x", "lat": 48}), "/lon"),
            (json!({"name": "x", "area": -1}), "/area"),
            (
                json!({"name": "x", "timezone": "Mars/Olympus"}),
                "/timezone",
            ),
            (json!({"name": "x", "colour": "red"}), "/colour"),
        ] {
            let reply = register(world, &org, body.clone()).await;
            let problem = reply.problem(422, "invalid");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{body}");
        }
        let both = json!({"name": "x", "openAlerts": 1, "open_alerts": 1});
        let problem = register(world, &org, both).await.problem(400, "bad-input");
        assert_eq!(problem["errors"][0]["pointer"], "/openAlerts");
    });
}

#[test]
fn a_retry_under_the_same_key_gets_the_first_answer() {
    run(|world, org| async move {
        let token = world.token(&org, Role::User);
        let body = json!({"name": "No id of its own"});
        let call = post(BUILDINGS, &body)
            .token(&token)
            .header("idempotency-key", "k1");
        let first = call.clone().send(world).await;
        let again = call.send(world).await;
        assert_eq!(first.expect(201), again.expect(201));
        assert_eq!(first.header("etag"), again.header("etag"));
        assert_eq!(
            first.header("x-event-position"),
            again.header("x-event-position")
        );
        let other = post(BUILDINGS, &json!({"name": "Another"})).token(&token);
        let other = other.header("idempotency-key", "k1").send(world).await;
        other.problem(422, "idempotency-key-reused");
        let bad = post(BUILDINGS, &body).token(&token);
        let bad = bad
            .header("idempotency-key", &"k".repeat(256))
            .send(world)
            .await;
        bad.problem(400, "malformed");
    });
}

#[test]
fn what_is_not_there_is_not_found() {
    run(|world, org| async move {
        let token = world.token(&org, Role::Manager);
        for path in ["missing", "Not-A-Slug", "a%2Fb", "%FF", &"x".repeat(200)] {
            let path = format!("{BUILDINGS}/{path}");
            get(&path)
                .token(&token)
                .send(world)
                .await
                .problem(404, "not-found");
            delete(&path)
                .token(&token)
                .send(world)
                .await
                .problem(404, "not-found");
        }
    });
}
