use flowgrid_bus::Role;
use serde_json::{Value, json};

use crate::call::{ALERTS, Reply, call, delete, get, post, put, tomorrow};
use crate::world::{World, run};

const ALIAS: &str = "/api/v1/alerts";

async fn raise(world: &World, org: &str, body: Value) -> Reply {
    let token = world.token(org, Role::User);
    post(ALERTS, &body).token(&token).send(world).await
}

fn id(reply: &Value) -> String {
    reply["data"]["id"].as_str().unwrap().to_owned()
}

#[test]
fn an_alert_lives_from_raise_to_resolve() {
    run(|world, org| async move {
        let user = world.token(&org, Role::User);
        let body = json!({"alert_type": "overload", "severity": "high", "title": "Too much",
            "source": {"kind": "sensor", "id": "s1"}, "building_id": "rathaus"});
        let raised = raise(world, &org, body).await;
        let alert = raised.expect(201);
        assert_eq!(alert["data"]["type"], "high");
        assert_eq!(alert["data"]["alertType"], "overload");
        assert_eq!(alert["data"]["buildingId"], "rathaus");
        assert_eq!(alert["data"]["acknowledged"], false);
        let path = format!("{ALIAS}/{}", id(&alert));
        let act = |what: &str, body: Value| post(format!("{path}/{what}"), &body).token(&user);

        // A browser's bare fetch: no body at all, no Content-Type.
        let bare = call("POST", format!("{path}/acknowledge")).token(&user);
        let acknowledged = bare.send(world).await.expect(200);
        assert_eq!(acknowledged["data"]["acknowledged"], true);
        assert_eq!(acknowledged["data"]["acknowledgedBy"], crate::world::ANNA);
        let assigned = act("assign", json!({"assignee": "bert"})).send(world).await;
        assert_eq!(assigned.expect(200)["data"]["assignee"], "bert");
        let commented = act("comments", json!({"text": "On my way"}))
            .send(world)
            .await;
        assert_eq!(
            commented.expect(200)["data"]["comments"][0]["text"],
            "On my way"
        );
        let until = json!({"until": tomorrow()});
        let snoozed = act("snooze", until.clone()).send(world).await.expect(200);
        assert_eq!(snoozed["data"]["snoozedUntil"], until["until"]);
        act("snooze", json!({"until": "2000-01-01T00:00:00Z"}))
            .send(world)
            .await
            .expect(422);
        let change = put(&path, &json!({"severity": "low", "title": "Less"})).token(&user);
        assert_eq!(
            change.send(world).await.expect(200)["data"]["severity"],
            "low"
        );
        let resolved = act("resolve", json!({"note": "Fuse changed"}))
            .send(world)
            .await;
        assert_eq!(resolved.expect(200)["data"]["status"], "resolved");
        act("acknowledge", json!({}))
            .send(world)
            .await
            .problem(409, "alert-resolved");

        let read = get(&path).header("x-min-position", resolved.header("x-event-position"));
        let seen = read.clone().token(&user).send(world).await;
        let whole = seen.expect(200)["data"].clone();
        assert_eq!(seen.header("etag"), format!("\"{}\"", whole["revision"]));
        let events = |whole: &Value| {
            let history = whole["history"].as_array().unwrap().iter();
            history
                .map(|one| one["event"].as_str().unwrap().to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(events(&whole).len(), 7);
        assert_eq!(events(&whole)[0], "alert.raised");
        assert_eq!(whole["history"][6]["data"]["note"], "Fuse changed");
        // Comments are for users.
        let viewer = world.token(&org, Role::Viewer);
        let seen = read.token(&viewer).send(world).await.expect(200);
        assert!(!events(&seen["data"]).contains(&"alert.commented".to_owned()));
    });
}

#[test]
fn an_open_alert_is_counted_up_and_not_raised_twice() {
    run(|world, org| async move {
        let body = json!({"alertType": "overload", "title": "Too much", "severity": "low",
            "source": {"kind": "sensor", "id": "s1"}});
        let first = raise(world, &org, body.clone()).await.expect(201);
        let mut worse = body.clone();
        worse["severity"] = json!("critical");
        let token = world.token(&org, Role::User);
        let call = post(ALERTS, &worse)
            .token(&token)
            .header("idempotency-key", "again");
        let second = call.clone().send(world).await.expect(200);
        assert_eq!(id(&first), id(&second));
        assert_eq!(second["data"]["count"], 2);
        assert_eq!(second["data"]["severity"], "critical");
        let repeat = call.send(world).await.expect(200);
        assert_eq!(repeat["data"]["count"], 2);
        let resolve = post(format!("{ALERTS}/{}/resolve", id(&first)), &json!({}));
        resolve.token(&token).send(world).await.expect(200);
        let third = raise(world, &org, body).await.expect(201);
        assert_ne!(id(&first), id(&third));
        // By hand and without a source, two stay two.
        let by_hand = json!({"title": "Noise"});
        let one = raise(world, &org, by_hand.clone()).await.expect(201);
        let two = raise(world, &org, by_hand).await.expect(201);
        assert_ne!(id(&one), id(&two));
        assert_eq!(one["data"]["source"]["kind"], "manual");
    });
}

#[test]
fn lists_filter_and_withdrawn_alerts_are_gone() {
    run(|world, org| async move {
        let manager = world.token(&org, Role::Manager);
        let of = |kind: &str, severity: &str, building: &str| {
            json!({"alertType": kind, "title": kind, "severity": severity,
                "source": {"kind": "rule", "id": kind}, "buildingId": building})
        };
        raise(world, &org, of("cold", "info", "north"))
            .await
            .expect(201);
        let hot = raise(world, &org, of("hot", "critical", "south"))
            .await
            .expect(201);
        let gone = raise(world, &org, of("gone", "high", "south"))
            .await
            .expect(201);
        let path = format!("{ALERTS}/{}", id(&gone));
        let withdrawn = delete(&path).token(&manager).send(world).await;
        withdrawn.expect(200);
        let after = withdrawn.header("x-event-position").to_owned();
        let list = async |query: &str| {
            let call = get(format!("{ALIAS}/?{query}")).token(&manager);
            let list = call
                .header("x-min-position", &after)
                .send(world)
                .await
                .expect(200);
            let items = list["data"].as_array().unwrap().clone();
            items
                .iter()
                .map(|one| one["title"].as_str().unwrap().to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(list("").await, ["hot", "cold"]);
        assert_eq!(list("sort=severity").await, ["cold", "hot"]);
        assert_eq!(list("building=south").await, ["hot"]);
        assert_eq!(list("building_id=north").await, ["cold"]);
        assert_eq!(list("type=critical").await, ["hot"]);
        assert_eq!(list("source=rule/cold").await, ["cold"]);
        assert_eq!(list("source=rule&status=open&limit=1").await, ["hot"]);
        assert_eq!(list("status=resolved").await.len(), 0);
        let read = get(&path).token(&manager).header("x-min-position", &after);
        read.send(world).await.problem(404, "not-found");
        put(&path, &json!({"title": "x"}))
            .token(&manager)
            .send(world)
            .await
            .problem(404, "not-found");
        let shown = format!("{ALIAS}/{}", id(&hot));
        get(shown).token(&manager).send(world).await.expect(200);
    });
}

#[test]
fn a_building_counts_its_open_alerts() {
    run(|world, org| async move {
        let token = world.token(&org, Role::User);
        let building = json!({"id": "rathaus", "name": "Rathaus"});
        let path = "/api/v1/citypulse/buildings";
        post(path, &building)
            .token(&token)
            .send(world)
            .await
            .expect(201);
        let alert = json!({"title": "Smoke", "buildingId": "rathaus"});
        let raised = raise(world, &org, alert).await;
        raised.expect(201);
        let read = get(format!("{path}/rathaus")).token(&token);
        let read = read.header("x-min-position", raised.header("x-event-position"));
        let seen = read.clone().send(world).await;
        assert_eq!(seen.expect(200)["data"]["openAlerts"], 1);
        // The tag tells of the alert, and still names the revision for If-Match.
        assert_eq!(seen.header("etag"), "\"1.1\"");
        let unchanged = read
            .clone()
            .header("if-none-match", "\"1.1\"")
            .send(world)
            .await;
        unchanged.expect(304);
        read.header("if-none-match", "\"1\"")
            .send(world)
            .await
            .expect(200);
        let change = put(format!("{path}/rathaus"), &json!({"name": "New"})).token(&token);
        change
            .header("if-match", "\"1.1\"")
            .send(world)
            .await
            .expect(200);
    });
}

#[test]
fn wrong_input_is_named() {
    run(|world, org| async move {
        for (body, pointer) in [
            (json!({}), "/title"),
            (json!({"title": "x", "severity": "mild"}), "/severity"),
            (json!({"title": "x", "type": "mild"}), "/type"),
            (
                json!({"title": "x", "source": {"kind": "rule"}}),
                "/source/id",
            ),
            (json!({"title": "x", "source": 1}), "/source"),
            (
                json!({"title": "x", "message": "m".repeat(4001)}),
                "/message",
            ),
            (
                json!({"title": "x", "buildingId": "No Slug"}),
                "/buildingId",
            ),
        ] {
            let problem = raise(world, &org, body.clone())
                .await
                .problem(422, "invalid");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{body}");
        }
        let token = world.token(&org, Role::User);
        let raised = raise(world, &org, json!({"title": "x"})).await.expect(201);
        let path = format!("{ALERTS}/{}", id(&raised));
        for (what, field) in [
            ("assign", "/assignee"),
            ("comments", "/text"),
            ("snooze", "/until"),
        ] {
            let reply = post(format!("{path}/{what}"), &json!({}))
                .token(&token)
                .send(world)
                .await;
            assert_eq!(reply.problem(422, "invalid")["errors"][0]["pointer"], field);
        }
    });
}
