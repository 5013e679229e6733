//! The organization itself.

use serde_json::json;

use crate::call::{get, post, put};
use crate::invitations::joined;
use crate::somebody::{Somebody, refreshed};
use crate::world::run;

const ORGANIZATION: &str = "/api/v1/organization";

#[test]
fn an_organization_shows_what_it_may_and_has() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        let ben = joined(world, &anna, "ben", "viewer").await;
        let shown = get(ORGANIZATION).token(ben.access()).send(world).await;
        assert!(shown.headers.contains_key("etag"));
        let shown = shown.expect(200)["data"].clone();
        assert_eq!((&shown["slug"], &shown["name"]), (&json!(org), &json!(org)));
        assert_eq!(shown["plan"], "free");
        assert_eq!(shown["status"], "open");
        assert!(shown["limits"]["admins"].is_u64());
        assert!(shown["usage"]["members"].is_u64());
        let denied = put(ORGANIZATION, &json!({"name": "Mine"})).token(ben.access());
        denied.send(world).await.problem(403, "role-too-low");
    });
}

#[test]
fn name_and_settings_change_as_they_were_read() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        let shown = get(ORGANIZATION).token(anna.access()).send(world).await;
        let mut whole = shown.expect(200)["data"].clone();
        whole["name"] = json!("Stadtwerke");
        whole["settings"] = json!({"locale": "de"});
        let change = put(ORGANIZATION, &whole).token(anna.access());
        let changed = change.send(world).await.expect(200)["data"].clone();
        assert_eq!(changed["name"], "Stadtwerke");
        assert_eq!(changed["settings"]["locale"], "de");
        assert_eq!(changed["slug"], org);
        let stale = put(ORGANIZATION, &json!({"name": "X"})).token(anna.access());
        let stale = stale.header("if-match", "\"1\"").send(world).await;
        stale.problem(412, "version-mismatch");
        for odd in [
            json!({"name": ""}),
            json!({"name": null}),
            json!({"colour": "red"}),
        ] {
            let odd = put(ORGANIZATION, &odd)
                .token(anna.access())
                .send(world)
                .await;
            odd.problem(422, "invalid");
        }
    });
}

#[test]
fn tokens_of_another_plan_say_so() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        let plan = |plan: &str| {
            let path = format!("{ORGANIZATION}/plan");
            put(path, &json!({"plan": plan})).token(anna.access())
        };
        plan("gold").send(world).await.problem(422, "invalid");
        let chosen = plan("enterprise").send(world).await.expect(200);
        assert_eq!(chosen["data"]["plan"], "enterprise");
        let anew = refreshed(world, anna.refresh()).await.expect(200);
        let token = anew["accessToken"].as_str().unwrap();
        let principal = world.tokens.verify(token).unwrap();
        let plan = principal.member().unwrap().plan;
        assert_eq!(plan.as_str(), "enterprise");
    });
}

#[test]
fn who_closes_an_organization_may_change_its_mind() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        let close = crate::call::delete(ORGANIZATION).token(anna.access());
        let closing = close.clone().send(world).await.expect(200)["data"].clone();
        assert_eq!(closing["status"], "closing");
        // Once more, it is nothing to do: the day stays.
        let again = close.send(world).await.expect(200)["data"].clone();
        assert_eq!(again["closesAt"], closing["closesAt"]);
        let keep = post(format!("{ORGANIZATION}/keep"), &json!({})).token(anna.access());
        let kept = keep.send(world).await.expect(200)["data"].clone();
        assert_eq!(kept["status"], "open");
        assert!(kept["closesAt"].is_null());
    });
}
