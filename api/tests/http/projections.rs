use std::time::Duration;

use flowgrid_bus::Role;

use crate::call::{call, get};
use crate::world::run;

const PATH: &str = "/api/v1/projections";

#[test]
fn admins_see_how_they_stand_and_operators_rebuild_them() {
    run(|world, org| async move {
        let admin = world.token(&org, Role::Admin);
        let all = get(PATH).token(&admin).send(world).await.expect(200);
        let models = flowgrid_projections::ModelName::ALL.len();
        assert_eq!(all["data"].as_array().unwrap().len(), models);
        assert!(all["data"][0]["logs"][0]["lagEvents"].is_number());
        let operator = world.operator();
        let rebuild = call("POST", format!("{PATH}/buildings/rebuild")).token(&operator);
        let job = rebuild.send(world).await.expect(202)["data"].clone();
        assert!(job["jobId"].as_str().unwrap().starts_with("buildings-v"));
        assert!(job["progress"].is_number());
        for _ in 0..200 {
            let all = get(PATH).token(&admin).send(world).await.expect(200);
            let models = all["data"].as_array().unwrap();
            let model = models
                .iter()
                .find(|one| one["name"] == "buildings")
                .unwrap();
            if model["rebuild"]["state"] == "live" {
                assert_eq!(model["rebuild"]["jobId"], job["jobId"]);
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the rebuild never ended");
    });
}

#[test]
fn there_is_nothing_to_cancel() {
    run(|world, _| async move {
        let operator = world.operator();
        for (method, path) in [
            ("DELETE", "alerts/rebuild"),
            ("POST", "alerts/rebuild/cancel"),
        ] {
            let reply = call(method, format!("{PATH}/{path}"))
                .token(&operator)
                .send(world)
                .await;
            reply.problem(409, "no-rebuild");
        }
        let reply = call("POST", format!("{PATH}/lamps/rebuild")).token(&operator);
        reply.send(world).await.problem(404, "not-found");
    });
}
