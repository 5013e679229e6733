//! Users as their admins administer them: role, status, figures.

use flowgrid_bus::{Role, Tenant};
use flowgrid_domain::memberships::{Membership, MembershipCommand};
use flowgrid_domain::organizations::{Organization, OrganizationCommand};
use flowgrid_domain::values::Slug;
use serde_json::{Value, json};

use crate::call::{Call, delete, get, post, put};
use crate::invitations::joined;
use crate::members::{id, list};
use crate::notifications::notified;
use crate::somebody::{PASSWORD, Somebody, eventually_refused, me, refreshed};
use crate::world::run;

const USERS: &str = "/api/v1/users/admin/users";

fn role(anna: &Somebody, ben: &Somebody, role: &str) -> Call {
    let path = format!("{USERS}/{}/role", id(ben));
    put(path, &json!({"role": role})).token(anna.access())
}

fn status(anna: &Somebody, ben: &Somebody, body: &Value) -> Call {
    put(format!("{USERS}/{}/status", id(ben)), body).token(anna.access())
}

#[test]
fn another_role_holds_at_once_and_costs_nobody_the_session() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        let ben = joined(world, &anna, "ben", "user").await;
        let changed = role(&anna, &ben, "manager").send(world).await;
        assert!(changed.headers.contains_key("x-event-position"));
        let changed = changed.expect(200);
        assert_eq!(changed["data"]["role"], "manager");
        assert_eq!(changed["data"]["name"], "Ben");
        eventually_refused(world, ben.access()).await;
        // Within the same second, too.
        let anew = refreshed(world, ben.refresh()).await.expect(200);
        let seen = me(world, anew["accessToken"].as_str().unwrap()).await;
        assert_eq!(seen.expect(200)["user"]["role"], "manager");
        // It is told so, once.
        role(&anna, &ben, "manager").send(world).await.expect(200);
        let token = anew["accessToken"].as_str().unwrap();
        let told = notified(world, token, "role-changed", 1).await;
        assert_eq!(told[0]["title"], "Your role is now manager");
        assert_eq!(told[0]["data"], json!({"role": "manager"}));
        for odd in [
            json!({}),
            json!({"role": "king"}),
            json!({"role": "user", "x": 1}),
        ] {
            let odd = put(format!("{USERS}/{}/role", id(&ben)), &odd).token(anna.access());
            odd.send(world).await.problem(422, "invalid");
        }
        let nobody = put(format!("{USERS}/nobody/role"), &json!({"role": "user"}));
        let nobody = nobody.token(anna.access()).send(world).await;
        nobody.problem(404, "not-found");
    });
}

#[test]
fn a_key_goes_on_with_the_role_that_its_person_has_now() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        let ben = joined(world, &anna, "ben", "manager").await;
        let body = json!({"name": "exporter", "scopes": ["read", "write"]});
        let made = post("/api/v1/auth/api-keys", &body).token(ben.access());
        let made = made.send(world).await.expect(201);
        let key = made["data"]["key"].as_str().unwrap();
        let read = get("/api/v1/citypulse/buildings").header("x-api-key", key);
        let write = post("/api/v1/citypulse/buildings", &json!({"name": "B"}));
        let write = write.header("x-api-key", key);
        write.clone().send(world).await.expect(201);
        role(&anna, &ben, "viewer").send(world).await.expect(200);
        eventually_refused(world, ben.access()).await;
        read.clone().send(world).await.expect(200);
        write.send(world).await.problem(403, "role-too-low");
        status(&anna, &ben, &json!({"status": "deactivated"}))
            .send(world)
            .await
            .expect(200);
        for _ in 0..800 {
            if read.clone().send(world).await.status == 401 {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(25)).await;
        }
        panic!("the key is still good");
    });
}

#[test]
fn premium_is_a_user_with_a_plan_of_its_own() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        let ben = joined(world, &anna, "ben", "viewer").await;
        let premium = role(&anna, &ben, "premium").send(world).await.expect(200);
        assert_eq!(premium["data"]["role"], "user");
        let anew = refreshed(world, ben.refresh()).await.expect(200);
        assert_eq!(anew["user"]["plan"], "pro");
    });
}

#[test]
fn who_is_deactivated_is_out_at_once_and_let_in_again() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        let ben = joined(world, &anna, "ben", "user").await;
        let off = status(&anna, &ben, &json!({"status": "deactivated"}));
        let off = off.send(world).await.expect(200);
        assert_eq!(off["data"]["isActive"], false);
        eventually_refused(world, ben.access()).await;
        let refused = refreshed(world, ben.refresh()).await;
        refused.problem(401, "session-ended");
        let login = ben.login(world, PASSWORD).await;
        login.problem(403, "no-organization");
        let on = status(&anna, &ben, &json!({"isActive": true}));
        let on = on.send(world).await.expect(200);
        assert_eq!(on["data"]["status"], "active");
        let back = ben.login(world, PASSWORD).await.expect(200);
        me(world, back["accessToken"].as_str().unwrap())
            .await
            .expect(200);
    });
}

#[test]
fn an_admin_signs_a_member_out_who_may_come_again() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        let ben = joined(world, &anna, "ben", "user").await;
        let second = ben.login(world, PASSWORD).await.expect(200);
        let end = |of: &str| delete(format!("{USERS}/{of}/sessions"));
        let by_ben = end(id(&anna)).token(ben.access()).send(world).await;
        by_ben.problem(403, "role-too-low");
        let ended = end(id(&ben)).token(anna.access()).send(world).await;
        let ended = ended.expect(200);
        assert_eq!(ended["data"], json!({"id": id(&ben), "ended": 2}));
        for token in [ben.access(), second["accessToken"].as_str().unwrap()] {
            eventually_refused(world, token).await;
        }
        let refused = refreshed(world, ben.refresh()).await;
        refused.problem(401, "session-ended");
        me(world, anna.access()).await.expect(200);
        let again = ben.login(world, PASSWORD).await.expect(200);
        me(world, again["accessToken"].as_str().unwrap())
            .await
            .expect(200);
        for nobody in ["nobody", crate::world::ANNA] {
            let nobody = end(nobody).token(anna.access()).send(world).await;
            nobody.problem(404, "not-found");
        }
    });
}

#[test]
fn an_organization_keeps_one_admin_whoever_asks_what() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        let eve = Somebody::new(world, &format!("{org}-eve")).await;
        let off = json!({"status": "inactive"});
        for last in [role(&anna, &anna, "user"), status(&anna, &anna, &off)] {
            last.send(world).await.problem(422, "last-admin");
        }
        for foreign in [role(&eve, &anna, "user"), status(&eve, &anna, &off)] {
            foreign.send(world).await.problem(404, "not-found");
        }
        let ben = joined(world, &anna, "ben", "user").await;
        role(&anna, &ben, "admin").send(world).await.expect(200);
        // An admin who is off doesn't count; on again, it does.
        status(&anna, &ben, &off).send(world).await.expect(200);
        let last = role(&anna, &anna, "user").send(world).await;
        last.problem(422, "last-admin");
        let on = json!({"status": "active"});
        status(&anna, &ben, &on).send(world).await.expect(200);
        role(&anna, &anna, "user").send(world).await.expect(200);
    });
}

#[test]
fn what_broke_off_half_way_is_mended_by_a_repeat() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        let ben = joined(world, &anna, "ben", "user").await;
        let tenant = Tenant::from_slug(&org).unwrap();
        // Promoting: the membership says so, the organization doesn't know.
        let promote = MembershipCommand::ChangeRole { role: Role::Admin };
        world
            .execute::<Membership>(&tenant, id(&ben), promote)
            .await;
        let last = role(&anna, &anna, "user").send(world).await;
        last.problem(422, "last-admin");
        role(&anna, &ben, "admin").send(world).await.expect(200);
        // Demoting: the organization let it go, the membership doesn't know.
        let person = Slug::parse(id(&ben)).unwrap();
        let withdraw = OrganizationCommand::WithdrawAdmin { person };
        world.execute::<Organization>(&tenant, &org, withdraw).await;
        let demoted = role(&anna, &ben, "user").send(world).await.expect(200);
        assert_eq!(demoted["data"]["role"], "user");
        // Deactivating: the sessions were not ended yet.
        let off = MembershipCommand::Deactivate;
        world.execute::<Membership>(&tenant, id(&ben), off).await;
        let off = status(&anna, &ben, &json!({"status": "deactivated"}));
        off.send(world).await.expect(200);
        let refused = refreshed(world, ben.refresh()).await;
        refused.problem(401, "session-ended");
    });
}

#[test]
fn users_are_listed_with_what_admins_administer() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        let ben = joined(world, &anna, "ben", "user").await;
        let off = status(&anna, &ben, &json!({"status": "deactivated"}));
        let off = off.send(world).await;
        let position = off.header("x-event-position").to_owned();
        let list = get(format!("{USERS}?status=deactivated")).token(anna.access());
        let list = list.header("x-min-position", &position).send(world).await;
        let list = list.expect(200);
        assert_eq!(list["pagination"]["total"], 1);
        let shown = &list["data"][0];
        assert_eq!(shown["email"], ben.email);
        assert_eq!(shown["emailVerified"], true);
        assert_eq!(shown["twoFactorEnabled"], false);
        assert_eq!(shown["permissions"], json!(["read", "write"]));
        // It is known after its session has ended.
        assert!(shown["lastLogin"].is_string(), "{shown}");
    });
}

#[test]
fn statistics_count_people_and_what_there_is() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        let ben = joined(world, &anna, "ben", "manager").await;
        joined(world, &anna, "cleo", "user").await;
        let building = post("/api/v1/citypulse/buildings", &json!({"name": "B"}));
        let building = building.token(ben.access()).send(world).await;
        let built = building.header("x-event-position").to_owned();
        let gone = delete(format!("/api/v1/organization/members/{}", id(&ben)));
        gone.token(anna.access()).send(world).await.expect(200);
        list(world, &anna, "").await.expect(200);
        let figures = get("/api/v1/users/admin/statistics").token(anna.access());
        let figures = figures.header("x-min-position", &built).send(world).await;
        let figures = figures.expect(200)["data"].clone();
        assert_eq!(figures["users"]["total"], 2);
        assert_eq!(figures["users"]["byRole"]["admin"], 1);
        assert_eq!(figures["users"]["byRole"]["manager"], 0);
        assert_eq!(figures["users"]["byStatus"]["active"], 2);
        assert_eq!(figures["usage"]["buildings"], 1);
        assert!(figures["users"]["present"]["last24Hours"].as_u64().unwrap() >= 2);
        assert_eq!(figures["errorRate"], Value::Null);
    });
}
