//! A plan of one's own.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use flowgrid_bus::Tenant;
use flowgrid_domain::organizations::{
    Organization, OrganizationChange, OrganizationCommand, Settings,
};
use flowgrid_domain::values::FromJson;
use serde_json::{Value, json};

use crate::call::{get, put};
use crate::somebody::{Somebody, refreshed};
use crate::world::{World, run};

const SUBSCRIPTION: &str = "/api/v1/users/subscription";

pub async fn allow_personal_plans(world: &World, org: &str) {
    let settings = json!({"personalPlans": "true"});
    let change = OrganizationCommand::Change(OrganizationChange {
        name: None,
        settings: Some(Settings::from_json(&settings).unwrap()),
    });
    let tenant = Tenant::from_slug(org).unwrap();
    world.execute::<Organization>(&tenant, org, change).await;
}

fn plan_in(token: &str) -> Value {
    let claims = token.split('.').nth(1).unwrap();
    let claims = URL_SAFE_NO_PAD.decode(claims).unwrap();
    serde_json::from_slice::<Value>(&claims).unwrap()["plan"].clone()
}

#[test]
fn a_plan_of_ones_own_counts_where_the_organization_allows_it() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        let change = |plan: &str| put(SUBSCRIPTION, &json!({"plan": plan})).token(anna.access());
        change("premium")
            .send(world)
            .await
            .problem(403, "personal-plans-not-allowed");
        change("enterprise")
            .send(world)
            .await
            .problem(422, "invalid");
        let read = get(SUBSCRIPTION).token(anna.access());
        let seen = read.clone().send(world).await.expect(200)["data"].clone();
        assert_eq!(
            (&seen["plan"], &seen["personalPlansAllowed"]),
            (&json!("free"), &json!(false))
        );
        // Nothing is limited in this system.
        assert_eq!(seen["limits"], Value::Null);
        allow_personal_plans(world, &org).await;
        let changed = change("premium")
            .header("if-match", "\"99\"")
            .send(world)
            .await;
        changed.problem(412, "version-mismatch");
        let changed = change("premium").send(world).await;
        assert!(changed.headers.contains_key("x-event-position"));
        let changed = changed.expect(200)["data"].clone();
        assert_eq!(
            (&changed["plan"], &changed["effectivePlan"]),
            (&json!("pro"), &json!("pro"))
        );
        assert_eq!(changed["organizationPlan"], "free");
        // Tokens go by it from now on.
        assert_eq!(plan_in(anna.access()), "free");
        let next = refreshed(world, anna.refresh()).await.expect(200);
        assert_eq!(plan_in(next["accessToken"].as_str().unwrap()), "pro");
        assert_eq!(next["user"]["plan"], "pro");
        change("free").send(world).await.expect(200);
        let seen = read.send(world).await;
        assert!(seen.header("etag").starts_with('"'));
        assert_eq!(seen.expect(200)["data"]["effectivePlan"], "free");
    });
}
