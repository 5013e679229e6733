//! Removed and let in again at the same instant: whichever comes last, all that is kept agrees.

use std::time::Duration;

use flowgrid_bus::Tenant;
use flowgrid_domain::memberships::Membership;
use flowgrid_domain::organizations::Organization;
use serde_json::{Value, json};

use crate::call::{Call, delete, post};
use crate::invitations::{accept, token_for};
use crate::members::{id, list};
use crate::somebody::{PASSWORD, Somebody};
use crate::world::{World, run};

const ROUNDS: u64 = 12;

fn remove(anna: &Somebody, ben: &Somebody) -> Call {
    delete(format!("/api/v1/organization/members/{}", id(ben))).token(anna.access())
}

/// The link of a new invitation, not of one before it.
async fn invited(world: &World, anna: &Somebody, ben: &Somebody, role: &str, old: &str) -> String {
    let mut token = token_for(world, anna, ben, role).await;
    while token == old {
        token = ben.mailed(world, "invited").await;
    }
    token
}

/// Whether somebody belongs to the organization by the log; whatever else is kept must say the same.
async fn belongs(world: &World, org: &str, anna: &Somebody, ben: &Somebody) -> bool {
    let tenant = Tenant::from_slug(org).unwrap();
    let membership = world.commands.load::<Membership>(&tenant, id(ben), None);
    let role = membership.await.unwrap().unwrap().state.active_role();
    let organization = world.commands.load::<Organization>(&tenant, org, None);
    let organization = organization.await.unwrap().unwrap().state;
    let admins = &organization.facts().unwrap().admins;
    let is_admin = role == Some(flowgrid_bus::Role::Admin);
    assert_eq!(admins.contains(id(ben)), is_admin, "{role:?} {admins:?}");
    // The read model.
    let all = list(world, anna, "").await.expect(200);
    let all = all["data"].as_array().unwrap();
    let row = all.iter().find(|one| one["id"] == id(ben));
    let (shown, email) = (row.map(|row| &row["role"]), row.map(|row| &row["email"]));
    assert_eq!(shown, role.map(|role| json!(role)).as_ref());
    assert_eq!(email, role.map(|_| json!(ben.email)).as_ref());
    // The vault.
    let sessions = world.vault.sessions_of(id(ben).parse().unwrap(), now());
    let sessions = sessions.await.unwrap();
    let here = sessions.iter().filter(|one| one.tenant == tenant).count();
    assert!(role.is_some() || here == 0, "{here} sessions of nobody");
    role.is_some()
}

fn now() -> chrono::DateTime<chrono::Utc> {
    std::time::SystemTime::now().into()
}

#[test]
fn who_is_removed_and_comes_back_at_the_same_instant_is_in_or_out_everywhere() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        let ben = Somebody::new(world, &format!("{org}-ben")).await;
        let body = json!({"email": ben.email, "password": PASSWORD, "organization": org});
        let login = post("/api/v1/auth/login", &body);
        let mut token = invited(world, &anna, &ben, "user", "").await;
        accept(&ben, &token).send(world).await.expect(200);
        for round in 0..ROUNDS {
            remove(&anna, &ben).send(world).await.expect(200);
            let role = if round % 2 == 0 { "admin" } else { "user" };
            token = invited(world, &anna, &ben, role, &token).await;
            // Who begins first, and by how much, differs.
            let comes = async {
                tokio::time::sleep(Duration::from_millis(round % 4)).await;
                let accepted = accept(&ben, &token).send(world).await;
                let signed_in = login.clone().send(world).await;
                (accepted.status.as_u16(), signed_in.status.as_u16())
            };
            let goes = async {
                tokio::time::sleep(Duration::from_millis(round / 4 * 4)).await;
                remove(&anna, &ben).send(world).await.status.as_u16()
            };
            let ((accepted, signed_in), removed) = tokio::join!(comes, goes);
            // Removed right after it was let in, it finds nothing there.
            assert!([200, 404].contains(&accepted), "{accepted}");
            assert!([200, 403].contains(&signed_in), "{signed_in}");
            assert_eq!(removed, 200);
            let there = belongs(world, &org, &anna, &ben).await;
            let again = login.clone().send(world).await;
            assert_eq!(again.status.as_u16(), if there { 200 } else { 403 });
        }
    });
}

#[test]
fn in_either_order_the_later_one_holds() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        let ben = Somebody::new(world, &format!("{org}-ben")).await;
        let first = invited(world, &anna, &ben, "admin", "").await;
        accept(&ben, &first).send(world).await.expect(200);
        assert!(belongs(world, &org, &anna, &ben).await);
        remove(&anna, &ben).send(world).await.expect(200);
        assert!(!belongs(world, &org, &anna, &ben).await);
        let second = invited(world, &anna, &ben, "admin", &first).await;
        accept(&ben, &second).send(world).await.expect(200);
        assert!(belongs(world, &org, &anna, &ben).await);
        // What was said before it came back undoes nothing of that.
        let late = accept(&ben, &first).send(world).await;
        assert_ne!(late.json()["data"]["current"], Value::Bool(true));
        assert!(belongs(world, &org, &anna, &ben).await);
    });
}
