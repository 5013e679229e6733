//! Two organizations times every operation with the other's ids: not there, and nothing changes.
//!
//! A path with a parameter must say here whose id stands in it; one that doesn't fails the first test.

use flowgrid_bus::Tenant;
use serde_json::{Value, json};

use crate::call::{ALERTS, BUILDINGS, Call, call, get, post};
use crate::cases::{Case, Foreign, Needs, cases};
use crate::somebody::{PASSWORD, Somebody};
use crate::world::{World, run};

const RULES: &str = "/api/v1/citypulse/alert-rules";
const SECURITY_EVENTS: &str = "/api/v1/security/events";
const SENSORS: &str = "/api/v1/citypulse/sensors";
const INTEGRATIONS: &str = "/api/v1/users/integrations";

/// Whose id stands in a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Alert,
    AlertRule,
    Building,
    /// Any aggregate, named with its type.
    Aggregate,
    Integration,
    Invitation,
    Key,
    /// A person in an organization.
    Member,
    /// Of one person alone, and sent by no route: `notifications.rs` tries another's.
    Notification,
    Sensor,
    Session,
    /// Found by no route: `security.rs` tries another organization's.
    Threat,
    /// Of no organization: only operators may.
    ReadModel,
}

/// The beginnings of paths.
const KINDS: &[(&str, Kind)] = &[
    ("/api/v1/alerts/{id}", Kind::Alert),
    ("/api/v1/citypulse/alerts/{id}", Kind::Alert),
    ("/api/v1/alert-rules/{id}", Kind::AlertRule),
    ("/api/v1/citypulse/alert-rules/{id}", Kind::AlertRule),
    ("/api/v1/citypulse/buildings/{id}", Kind::Building),
    ("/api/v1/citypulse/sensors/{id}", Kind::Sensor),
    ("/api/v1/events/{aggregateType}/{id}", Kind::Aggregate),
    ("/api/v1/organization/invitations/{id}", Kind::Invitation),
    ("/api/v1/organization/members/{id}", Kind::Member),
    ("/api/v1/users/{id}", Kind::Member),
    ("/api/v1/users/admin/users/{id}", Kind::Member),
    ("/api/v1/users/integrations/{id}", Kind::Integration),
    ("/api/v1/users/notifications/{id}", Kind::Notification),
    ("/api/v1/security/threats/{id}", Kind::Threat),
    ("/api/v1/auth/api-keys/{id}", Kind::Key),
    ("/api/v1/auth/sessions/{id}", Kind::Session),
    ("/api/v1/projections/{name}", Kind::ReadModel),
];

fn kind_of(path: &str) -> Option<Kind> {
    let fits = |(beginning, _): &&(&str, Kind)| {
        let rest = path.strip_prefix(*beginning);
        rest.is_some_and(|rest| !rest.contains('{') && (rest.is_empty() || rest.starts_with('/')))
    };
    KINDS.iter().find(fits).map(|(_, kind)| *kind)
}

/// An organization with one of each kind, made by its routes.
struct Organization {
    slug: String,
    admin: Somebody,
    building: String,
    sensor: String,
    rule: String,
    alert: String,
    integration: String,
    invitation: String,
    key: String,
    session: String,
}

impl Organization {
    async fn found(world: &World, slug: String) -> Self {
        let admin = Somebody::new(world, &slug).await;
        let make = |path: &str, body: Value| post(path, &body).token(admin.access()).send(world);
        let id = |body: Value| body["data"]["id"].as_str().unwrap().to_owned();
        let house = json!({"id": format!("house-{slug}"), "name": "House"});
        let building = id(make(BUILDINGS, house).await.expect(201));
        let meter = json!({"id": format!("meter-{slug}"), "name": "Meter", "buildingId": building,
            "kind": "power", "unit": "kW", "mode": "instantaneous"});
        let sensor = id(make(SENSORS, meter).await.expect(201));
        let watch = json!({"id": format!("watch-{slug}"), "name": "Watch", "kind": "threshold",
            "condition": {"above": 80}, "target": {"sensorId": sensor}});
        let rule = id(make(RULES, watch).await.expect(201));
        let alert = id(make(ALERTS, json!({"title": "Alert"})).await.expect(201));
        let service = make(INTEGRATIONS, json!({"service": "github"})).await;
        let integration = id(service.expect(201));
        let invited = json!({"email": format!("ben-{slug}@example.org")});
        let invitation = make("/api/v1/organization/invitations", invited).await;
        let invitation = id(invitation.expect(201));
        let key = json!({"name": "exporter", "scopes": ["read"]});
        let key = id(make("/api/v1/auth/api-keys", key).await.expect(201));
        admin.login(world, PASSWORD).await.expect(200);
        let sessions = get("/api/v1/auth/sessions").token(admin.access());
        let sessions = sessions.send(world).await.expect(200);
        let session = sessions["data"][0]["id"].as_str().unwrap().to_owned();
        Self {
            slug,
            admin,
            building,
            sensor,
            rule,
            alert,
            integration,
            invitation,
            key,
            session,
        }
    }

    /// A path with ids of this organization, in every way that fits.
    fn paths(&self, path: &str) -> Vec<String> {
        let with = |id: &str| vec![path.replace("{id}", id)];
        match kind_of(path) {
            None | Some(Kind::Notification | Kind::ReadModel | Kind::Threat) => Vec::new(),
            Some(Kind::Alert) => with(&self.alert),
            Some(Kind::AlertRule) => with(&self.rule),
            Some(Kind::Building) => with(&self.building),
            Some(Kind::Integration) => with(&self.integration),
            Some(Kind::Invitation) => with(&self.invitation),
            Some(Kind::Key) => with(&self.key),
            Some(Kind::Member) => with(self.admin.body["user"]["id"].as_str().unwrap()),
            Some(Kind::Sensor) => with(&self.sensor),
            Some(Kind::Session) => with(&self.session),
            Some(Kind::Aggregate) => {
                let all = [
                    ("alert", &self.alert),
                    ("alert-rule", &self.rule),
                    ("building", &self.building),
                    ("sensor", &self.sensor),
                    ("integration", &self.integration),
                    ("invitation", &self.invitation),
                    ("api-key", &self.key),
                    ("session", &self.session),
                    ("organization", &self.slug),
                ];
                let one = |(kind, id): (&str, &String)| {
                    path.replace("{aggregateType}", kind).replace("{id}", id)
                };
                all.into_iter().map(one).collect()
            }
        }
    }

    /// Everything that its own admin reads, and how many events it has.
    async fn seen(&self, world: &World) -> Vec<(String, Value)> {
        let mut seen = Vec::new();
        for case in cases() {
            // What is nobody's moves with everybody's commands.
            if case.method != "get" || !is_members(&case) || case.foreign == Foreign::Nobodys {
                continue;
            }
            // Looking for what isn't there is itself recorded, now and then.
            if case.path.ends_with("/security/events") {
                continue;
            }
            let own = if case.path.contains('{') {
                self.paths(case.path)
            } else {
                vec![case.path.to_owned()]
            };
            for path in own {
                let reply = get(&*path).token(self.admin.access()).send(world).await;
                let shown = (reply.status.as_u16(), without_times(reply.json()));
                seen.push((path, json!(shown)));
            }
        }
        let events = self.events(world).await;
        seen.push(("events".to_owned(), json!(events)));
        seen
    }

    async fn events(&self, world: &World) -> i64 {
        let tenant = Tenant::from_slug(&self.slug).unwrap().id();
        sqlx::query_scalar(
            "select count(*) from events where tenant_id = $1 and aggregate_type <> 'security'",
        )
        .bind(tenant)
        .fetch_one(&mut world.owner().await)
        .await
        .unwrap()
    }
}

fn is_members(case: &Case) -> bool {
    matches!(case.needs, Needs::Member(_))
}

/// What moves by itself, or with each request.
fn without_times(value: Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .into_iter()
            .filter(|(name, _)| {
                !matches!(
                    &**name,
                    "lastUsedAt" | "exportedAt" | "errorId" | "error_id" | "logs" | "from" | "to"
                )
            })
            .map(|(name, value)| (name, without_times(value)))
            .collect(),
        Value::Array(all) => all.into_iter().map(without_times).collect(),
        plain => plain,
    }
}

fn request(case: &Case, path: &str) -> Call {
    let call = call(&case.method.to_uppercase(), path);
    if case.body.is_null() {
        return call;
    }
    call.json(&case.body)
}

#[test]
fn every_parameter_is_known() {
    for case in cases().iter().filter(|case| case.path.contains('{')) {
        assert!(
            kind_of(case.path).is_some(),
            "whose id is in {}?",
            case.path
        );
    }
    assert_eq!(kind_of("/api/v1/citypulse/alerts/{id}/notes/{note}"), None);
    assert_eq!(kind_of("/api/v1/citypulse/alerts/{id}s"), None);
}

#[test]
fn with_the_others_ids_nothing_is_there_and_nothing_changes() {
    run(|world, org| async move {
        let left = Organization::found(world, format!("{org}-left")).await;
        let right = Organization::found(world, format!("{org}-right")).await;
        // What a caller is refused is recorded where it belongs, for a minute: so the other one is new.
        let third = Organization::found(world, format!("{org}-third")).await;
        for (caller, other) in [(&left, &right), (&right, &third)] {
            settled(world, other).await;
            let before = other.seen(world).await;
            for case in cases().iter().filter(|case| is_members(case)) {
                for path in other.paths(case.path) {
                    let swapped = request(case, &path).token(caller.admin.access());
                    let reply = swapped.send(world).await;
                    assert_eq!(
                        reply.status, 404,
                        "{} {path}: {:?}",
                        case.method, reply.bytes
                    );
                    reply.problem(404, "not-found");
                }
            }
            for (now, was) in other.seen(world).await.into_iter().zip(before) {
                assert_eq!(now, was);
            }
        }
    });
}

/// Until its read models show what was made.
async fn settled(world: &World, organization: &Organization) {
    for (path, total) in [
        (BUILDINGS, 1),
        (SENSORS, 1),
        (RULES, 1),
        (ALERTS, 1),
        (INTEGRATIONS, 1),
        ("/api/v1/auth/api-keys", 1),
        ("/api/v1/organization/invitations", 1),
        // Two logins and the key.
        (SECURITY_EVENTS, 3),
    ] {
        for _ in 0..400 {
            let listed = get(path)
                .token(organization.admin.access())
                .send(world)
                .await;
            if listed.expect(200)["pagination"]["total"] == total {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(25)).await;
        }
    }
}

#[test]
fn with_its_own_ids_everything_is_there() {
    run(|world, org| async move {
        let own = Organization::found(world, format!("{org}-own")).await;
        settled(world, &own).await;
        // Else the others' ids would not be there for anybody.
        for case in cases().iter().filter(|case| is_members(case)) {
            for path in own.paths(case.path) {
                let kind = kind_of(case.path);
                // Not every aggregate has events that are shown, nor every member a picture.
                let shown = !matches!(kind, Some(Kind::Aggregate | Kind::Member));
                if case.method == "get" && shown {
                    let reply = get(&*path).token(own.admin.access()).send(world).await;
                    reply.expect(200);
                }
            }
        }
    });
}
