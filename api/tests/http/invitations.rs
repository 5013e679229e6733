//! Inviting somebody, and accepting.

use chrono::TimeDelta;
use flowgrid_bus::{Role, Tenant};
use flowgrid_domain::invitations::{Invitation, InvitationCommand, Send};
use flowgrid_domain::organizations::{Found, Organization, OrganizationCommand};
use flowgrid_domain::values::{EmailIndex, Frontends, Line, Plan, Sealed, Slug};
use flowgrid_vault::Purpose;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::call::{Call, Reply, delete, get, post};
use crate::somebody::{PASSWORD, Somebody, me};
use crate::world::{ANNA, World, run};

pub const INVITATIONS: &str = "/api/v1/organization/invitations";

pub fn invite(anna: &Somebody, body: &Value) -> Call {
    post(INVITATIONS, body).token(anna.access())
}

/// Somebody who isn't anybody yet.
pub fn nobody(org: &str, name: &str) -> Somebody {
    Somebody {
        email: format!("{name}-{org}@example.org"),
        body: Value::Null,
    }
}

/// Invites somebody and reads the link's token.
pub async fn token_for(world: &World, anna: &Somebody, ben: &Somebody, role: &str) -> String {
    let body = json!({"email": ben.email, "role": role});
    invite(anna, &body).send(world).await.expect(201);
    ben.mailed(world, "invited").await
}

/// Somebody new who joins by an invitation.
pub async fn joined(world: &World, anna: &Somebody, name: &str, role: &str) -> Somebody {
    let org = anna.body["user"]["organization"].as_str().unwrap();
    let mut ben = nobody(org, name);
    let token = token_for(world, anna, &ben, role).await;
    ben.body = register(&ben, &token).send(world).await.expect(201);
    ben
}

fn register(ben: &Somebody, token: &str) -> Call {
    let body =
        json!({"email": ben.email, "password": PASSWORD, "name": "Ben", "invitationToken": token});
    post("/api/v1/auth/register", &body)
}

pub fn accept(ben: &Somebody, token: &str) -> Call {
    let body = json!({"token": token});
    post("/api/v1/auth/accept-invitation", &body).token(ben.access())
}

async fn login(world: &World, ben: &Somebody, token: &str) -> Reply {
    let body = json!({"email": ben.email, "password": PASSWORD, "invitationToken": token});
    post("/api/v1/auth/login", &body).send(world).await
}

#[test]
fn who_registers_with_an_invitation_joins_instead_of_founding() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        let ben = nobody(&org, "ben");
        let body = json!({"email": ben.email, "role": "premium", "frontends": ["smartgrid"]});
        let sent = invite(&anna, &body).send(world).await;
        assert!(!String::from_utf8_lossy(&sent.bytes).contains("fgt_"));
        let sent = sent.expect(201);
        assert_eq!(sent["data"]["email"], ben.email);
        assert_eq!(sent["data"]["status"], "open");
        let token = ben.mailed(world, &org).await;
        let founds = json!({"email": ben.email, "password": PASSWORD, "invitation": token, "organization": "X"});
        let founds = post("/api/v1/auth/register", &founds).send(world).await;
        founds.problem(422, "invalid");
        let body = register(&ben, &token).send(world).await.expect(201);
        let user = &body["user"];
        assert_eq!(
            (&user["organization"], &user["role"]),
            (&json!(org), &json!("user"))
        );
        assert_eq!(user["emailVerified"], true);
        let token = body["accessToken"].as_str().unwrap();
        let buildings = get("/api/v1/citypulse/buildings").token(token);
        let from = |frontend: &str| buildings.clone().header("x-frontend-source", frontend);
        from("smartgrid").send(world).await.expect(200);
        let elsewhere = from("citypulse").send(world).await;
        elsewhere.problem(403, "frontend-not-permitted");
    });
}

#[test]
fn who_has_an_account_accepts_and_switches() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        let ben = Somebody::new(world, &format!("{org}-ben")).await;
        let token = token_for(world, &anna, &ben, "manager").await;
        let again = register(&ben, &token).send(world).await;
        again.problem(409, "already-exists");
        let joined = accept(&ben, &token).send(world).await.expect(200);
        assert_eq!(
            (&joined["data"]["slug"], &joined["data"]["role"]),
            (&json!(org), &json!("manager"))
        );
        let organizations = get("/api/v1/auth/organizations").token(ben.access());
        let organizations = organizations.send(world).await.expect(200);
        assert_eq!(organizations["pagination"]["total"], 2);
        let switch = post(
            "/api/v1/auth/switch-organization",
            &json!({"organization": org}),
        );
        let there = switch.token(ben.access()).send(world).await.expect(200);
        let seen = me(world, there["accessToken"].as_str().unwrap()).await;
        let seen = seen.expect(200);
        assert_eq!(seen["user"]["role"], "manager");
        assert_eq!(seen["user"]["emailVerified"], true);
    });
}

#[test]
fn an_invitation_is_for_one_address_and_one_use() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        let ben = Somebody::new(world, &format!("{org}-ben")).await;
        let eve = Somebody::new(world, &format!("{org}-eve")).await;
        let token = token_for(world, &anna, &ben, "user").await;
        let stolen = accept(&eve, &token).send(world).await;
        stolen.problem(403, "invitation-for-another");
        let stolen = register(&nobody(&org, "mallory"), &token).send(world).await;
        stolen.problem(403, "invitation-for-another");
        accept(&ben, &token).send(world).await.expect(200);
        // The same person once more finishes what may have broken off.
        accept(&ben, &token).send(world).await.expect(200);
        let by_guess = accept(&ben, "fgt_0000").send(world).await;
        by_guess.problem(422, "invitation-not-good");
        let organizations = get("/api/v1/auth/organizations").token(eve.access());
        let organizations = organizations.send(world).await.expect(200);
        assert_eq!(organizations["pagination"]["total"], 1);
    });
}

#[test]
fn a_revoked_invitation_says_so_and_another_can_be_sent() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        let ben = Somebody::new(world, &format!("{org}-ben")).await;
        let body = json!({"email": ben.email});
        let sent = invite(&anna, &body).send(world).await.expect(201);
        let token = ben.mailed(world, "invited").await;
        invite(&anna, &body)
            .send(world)
            .await
            .problem(409, "invitation-open");
        let path = format!("{INVITATIONS}/{}", sent["data"]["id"].as_str().unwrap());
        // Another organization's admin knows of none.
        let foreign = delete(&path).token(ben.access()).send(world).await;
        foreign.problem(404, "not-found");
        let resend = post(format!("{path}/resend"), &json!({}));
        let foreign = resend.clone().token(ben.access()).send(world).await;
        foreign.problem(404, "not-found");
        let revoked = delete(&path).token(anna.access()).send(world).await;
        let revoked = revoked.expect(200);
        assert_eq!(revoked["data"]["status"], "revoked");
        accept(&ben, &token)
            .send(world)
            .await
            .problem(409, "invitation-revoked");
        let resend = resend.token(anna.access()).send(world).await;
        resend.problem(409, "invitation-revoked");
        invite(&anna, &body).send(world).await.expect(201);
    });
}

#[test]
fn sent_once_more_the_link_before_is_void() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        let ben = Somebody::new(world, &format!("{org}-ben")).await;
        let sent = invite(&anna, &json!({"email": ben.email}))
            .send(world)
            .await;
        let sent = sent.expect(201);
        let first = ben.mailed(world, "invited").await;
        let path = format!(
            "{INVITATIONS}/{}/resend",
            sent["data"]["id"].as_str().unwrap()
        );
        let again = post(&path, &json!({})).token(anna.access());
        again.send(world).await.expect(200);
        let refused = accept(&ben, &first).send(world).await;
        refused.problem(422, "invitation-not-good");
        let mut second = ben.mailed(world, "invited").await;
        while second == first {
            second = ben.mailed(world, "invited").await;
        }
        accept(&ben, &second).send(world).await.expect(200);
        let member = invite(&anna, &json!({"email": ben.email}))
            .send(world)
            .await;
        member.problem(409, "already-member");
    });
}

/// An invitation of eight days ago, and its token.
async fn expired(world: &World, org: &str, email: &str) -> (Uuid, String) {
    let id = Uuid::now_v7();
    let tenant = Tenant::from_slug(org).unwrap();
    world.vault.make_keys(id, &tenant).await.unwrap();
    let sealed = world.vault.seal(id, &tenant, "email", email).await.unwrap();
    let now: chrono::DateTime<chrono::Utc> = std::time::SystemTime::now().into();
    let send = InvitationCommand::Send(Send {
        email: Sealed::parse(&sealed).unwrap(),
        email_index: EmailIndex::parse(&world.vault.email_index(email)).unwrap(),
        role: Role::User,
        frontends: Frontends::default(),
        by: Slug::parse(&Uuid::now_v7().to_string()).unwrap(),
        expires_at: now - TimeDelta::days(1),
        at: now - TimeDelta::days(8),
    });
    world
        .execute::<Invitation>(&tenant, &id.to_string(), send)
        .await;
    let payload = json!({"organization": org}).to_string();
    let life = std::time::Duration::from_secs(3_600);
    let token = world
        .vault
        .make_one_time(Purpose::Invitation, id, &payload, life, now);
    (id, token.await.unwrap().to_string())
}

#[test]
fn an_expired_invitation_says_so_and_is_sent_anew_under_its_id() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        let ben = Somebody::new(world, &format!("{org}-ben")).await;
        let (id, token) = expired(world, &org, &ben.email).await;
        accept(&ben, &token)
            .send(world)
            .await
            .problem(422, "invitation-expired");
        let sent = invite(&anna, &json!({"email": ben.email}))
            .send(world)
            .await;
        let sent = sent.expect(201);
        assert_eq!(sent["data"]["id"], id.to_string());
        assert_eq!(sent["data"]["email"], ben.email);
        let token = ben.mailed(world, "invited").await;
        accept(&ben, &token).send(world).await.expect(200);
    });
}

#[test]
fn what_broke_off_half_way_is_finished_by_signing_in_with_the_link() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        let ben = Somebody::new(world, &format!("{org}-ben")).await;
        let token = token_for(world, &anna, &ben, "admin").await;
        let listed = get(INVITATIONS).token(anna.access()).send(world).await;
        let id = listed.expect(200)["data"][0]["id"]
            .as_str()
            .map(str::to_owned);
        let person = ben.body["user"]["id"].as_str().unwrap();
        let accepted = InvitationCommand::Accept {
            person: Slug::parse(person).unwrap(),
            at: std::time::SystemTime::now().into(),
        };
        // Here the process died.
        let tenant = Tenant::from_slug(&org).unwrap();
        world
            .execute::<Invitation>(&tenant, &id.unwrap(), accepted)
            .await;
        let signed_in = login(world, &ben, &token).await.expect(200);
        assert_eq!(signed_in["user"]["organization"], org);
        assert_eq!(signed_in["user"]["role"], "admin");
    });
}

#[test]
fn the_list_knows_what_became_of_each_invitation() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        let ben = Somebody::new(world, &format!("{org}-ben")).await;
        expired(world, &org, &format!("late-{}", ben.email)).await;
        let token = token_for(world, &anna, &ben, "user").await;
        accept(&ben, &token).send(world).await.expect(200);
        let body = json!({"email": format!("new-{}", ben.email)});
        let last = invite(&anna, &body).send(world).await;
        let position = last.header("x-event-position").to_owned();
        let of = async |status: &str| {
            let list = get(format!("{INVITATIONS}?status={status}")).token(anna.access());
            let list = list.header("x-min-position", &position).send(world).await;
            list.expect(200)
        };
        assert_eq!(of("all").await["pagination"]["total"], 3);
        let open = of("open").await;
        assert_eq!(open["data"][0]["email"], body["email"]);
        let late = of("expired").await;
        assert_eq!(late["data"][0]["status"], "expired");
        assert_eq!(late["data"][0]["email"], format!("late-{}", ben.email));
        let accepted = of("accepted").await;
        assert_eq!(accepted["data"][0]["acceptedBy"], ben.body["user"]["id"]);
        assert_eq!(accepted["data"][0]["email"], Value::Null);
        for list in [&open, &late, &accepted] {
            assert_eq!(list["pagination"]["total"], 1);
        }
        let odd = get(format!("{INVITATIONS}?status=lost")).token(anna.access());
        odd.send(world).await.problem(400, "bad-input");
    });
}

/// As its operator does. Again, it is nothing to do.
async fn found_everybody(world: &World) {
    let everybody = Tenant::from_slug("everybody").unwrap();
    let found = OrganizationCommand::Found(Found {
        name: Line::parse("Everybody").unwrap(),
        plan: Plan::Free,
        founder: Slug::parse(ANNA).unwrap(),
    });
    world
        .execute::<Organization>(&everybody, "everybody", found)
        .await;
}

#[test]
fn a_frontend_may_have_an_organization_that_everybody_joins() {
    run(|world, org| async move {
        let register = |frontend: &str, body: &Value| {
            post("/api/v1/auth/register", body).header("x-frontend-source", frontend)
        };
        let body = json!({"email": format!("{org}@example.org"), "password": PASSWORD});
        let missing = register("quantum", &body).send(world).await;
        missing.problem(503, "default-organization-missing");
        // Nobody takes it for himself.
        let squat =
            json!({"email": body["email"], "password": PASSWORD, "organizationSlug": "nowhere"});
        let squat = register("smartgrid", &squat).send(world).await;
        squat.problem(409, "already-exists");
        found_everybody(world).await;
        let joined = register("velocity", &body).send(world).await.expect(201);
        assert_eq!(joined["user"]["organization"], "everybody");
        assert_eq!(joined["user"]["role"], "viewer");
        let token = joined["accessToken"].as_str().unwrap();
        let read = get("/api/v1/citypulse/buildings").token(token);
        let elsewhere = read.header("x-frontend-source", "smartgrid");
        let elsewhere = elsewhere.send(world).await;
        elsewhere.problem(403, "frontend-not-permitted");
    });
}

#[test]
fn who_has_no_place_for_a_frontend_joins_its_organization_by_signing_in() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        let ben = nobody(&org, "ben");
        let body = json!({"email": ben.email, "frontends": ["smartgrid"]});
        invite(&anna, &body).send(world).await.expect(201);
        let token = ben.mailed(world, &org).await;
        register(&ben, &token).send(world).await.expect(201);
        let login = |frontend: &str| {
            let body = json!({"email": ben.email, "password": PASSWORD});
            post("/api/v1/auth/login", &body).header("x-frontend-source", frontend)
        };
        let there = login("smartgrid").send(world).await.expect(200);
        assert_eq!(there["user"]["organization"], org);
        found_everybody(world).await;
        let there = login("velocity").send(world).await.expect(200);
        assert_eq!(there["user"]["organization"], "everybody");
    });
}

#[test]
fn a_repeated_invitation_gets_the_first_answer_and_one_mail() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        let ben = nobody(&org, "ben");
        let body = json!({"email": ben.email});
        let invite = invite(&anna, &body).header("idempotency-key", "once");
        let first = invite.clone().send(world).await.expect(201);
        let token = ben.mailed(world, "invited").await;
        let second = invite.send(world).await.expect(201);
        assert_eq!(first["data"]["id"], second["data"]["id"]);
        // The link of the one mail is good.
        register(&ben, &token).send(world).await.expect(201);
    });
}
