//! Tariffs: defined once, listed, for buildings that are there.

use flowgrid_bus::Role;
use serde_json::{Value, json};

use crate::call::{BUILDINGS, Reply, get, post};
use crate::world::{World, run};

pub const TARIFFS: &str = "/api/v1/citypulse/tariffs";

fn tariff(id: &str, change: &Value) -> Value {
    let mut body = json!({"id": id, "name": format!("Tariff {id}"), "carrier": "electricity",
        "currency": "EUR", "validFrom": "2026-01-01", "energy": [{"name": "all", "price": 0.3}]});
    for (name, value) in change.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

async fn define(world: &World, org: &str, body: &Value) -> Reply {
    let token = world.token(org, Role::Manager);
    post(TARIFFS, body).token(&token).send(world).await
}

async fn ids(world: &World, org: &str, query: &str, position: &str) -> Vec<String> {
    let call = get(format!("{TARIFFS}?{query}")).token(&world.token(org, Role::Viewer));
    let reply = call.header("x-min-position", position).send(world).await;
    let listed = reply.expect(200);
    let all = listed["data"].as_array().unwrap().iter();
    all.map(|one| one["id"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_tariff_is_defined_once_and_listed_as_it_was_answered() {
    run(|world, org| async move {
        let house = post(BUILDINGS, &json!({"id": "rathaus", "name": "R"}));
        let user = world.token(&org, Role::User);
        house.token(&user).send(world).await.expect(201);
        let body = json!({
            "validUntil": "2027-01-01", "buildingIds": ["rathaus"], "holidays": ["2026-05-01"],
            "energy": [
                {"name": "peak", "price": 0.3421, "when": [{"days": ["mon", "holiday"],
                    "season": {"first": "10-01", "last": "03-31"}, "from": "08:00", "to": "20:00"}]},
                {"name": "off-peak", "price": 0.2214},
            ],
            "demand": [{"name": "peak", "price": 9.75}], "fees": [{"per": "month", "price": 24.9}],
            "feedIn": {"kind": "paid", "price": 0.0811},
        });
        let body = tariff("office", &body);
        let made = define(world, &org, &body).await;
        let mut answer = made.expect(201)["data"].clone();
        assert_eq!(answer["energy"][1]["when"], json!([]));
        assert_eq!(answer["revision"], 1);
        define(world, &org, &body)
            .await
            .problem(409, "already-exists");
        let call = get(TARIFFS).token(&user);
        let position = made.header("x-event-position");
        let call = call.header("x-min-position", position);
        let listed = call.send(world).await.expect(200);
        answer.as_object_mut().unwrap().remove("position");
        assert_eq!(listed["data"], json!([answer]));
        assert_eq!(listed["pagination"]["total"], 1);
    });
}

#[test]
fn lists_are_narrowed_sorted_and_paged() {
    run(|world, org| async move {
        let mut position = String::new();
        for (id, change) in [
            ("a", json!({"validFrom": "2026-03-01", "name": "z"})),
            ("b", json!({"carrier": "gas", "name": "y"})),
            (
                "c",
                json!({"currency": "CHF", "validFrom": "2025-01-01", "name": "x"}),
            ),
        ] {
            let made = define(world, &org, &tariff(id, &change)).await;
            made.expect(201);
            position = made.header("x-event-position").to_owned();
        }
        for (query, expected) in [
            ("", &["a", "b", "c"][..]),
            ("carrier=gas", &["b"]),
            ("currency=CHF", &["c"]),
            ("sort=name", &["c", "b", "a"]),
            ("sort=-validFrom", &["a", "b", "c"]),
            ("limit=1&offset=1", &["b"]),
            ("updatedSince=2999-01-01T00:00:00Z", &[]),
        ] {
            assert_eq!(
                ids(world, &org, query, &position).await,
                expected,
                "{query}"
            );
        }
        let token = world.token(&org, Role::Viewer);
        for query in ["carrier=coal", "sort=price", "sort=-id", "limit=0"] {
            let call = get(format!("{TARIFFS}?{query}")).token(&token);
            assert_eq!(call.send(world).await.status, 400, "{query}");
        }
    });
}

#[test]
fn a_tariff_is_for_buildings_of_its_own_organization() {
    run(|world, org| async move {
        let token = world.token(&format!("{org}-other"), Role::User);
        let house = post(BUILDINGS, &json!({"id": "theirs", "name": "T"})).token(&token);
        house.send(world).await.expect(201);
        for (change, pointer) in [
            (json!({"buildingIds": ["theirs"]}), "/buildingIds/0"),
            (json!({"energy": []}), "/energy"),
            (json!({"validUntil": "2025-01-01"}), "/validUntil"),
            (
                json!({"energy": [{"name": "x", "price": "1"}]}),
                "/energy/0/price",
            ),
        ] {
            let reply = define(world, &org, &tariff("t", &change)).await;
            let problem = reply.json();
            assert_eq!(reply.status, 422, "{problem}");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
        }
        let position = world.token(&org, Role::Viewer);
        let listed = get(TARIFFS).token(&position).send(world).await.expect(200);
        assert_eq!(listed["pagination"]["total"], 0);
    });
}
