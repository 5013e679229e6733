//! Services that people have connected.

use chrono::TimeDelta;
use flowgrid_api::auth::Grant;
use flowgrid_bus::{Role, Tenant};
use flowgrid_domain::integrations::Integration;
use serde_json::{Value, json};

use crate::call::{Call, call, delete, get, post, put};
use crate::invitations::joined;
use crate::service::Service;
use crate::somebody::Somebody;
use crate::world::{ANNA, World, run};

const LIST: &str = "/api/v1/users/integrations";
const BEN: &str = "019a0b6e-7d1c-7c3e-9f58-0d6a4c1b2e40";

fn token(world: &World, org: &str, person: &str, role: Role) -> String {
    world.issue(&Grant::member(person, org, role, TimeDelta::hours(1)))
}

/// Anna of an organization.
struct Anna {
    world: &'static World,
    org: String,
    token: String,
}

impl Anna {
    fn of(world: &'static World, org: String) -> Self {
        let token = token(world, &org, ANNA, Role::User);
        Self { world, org, token }
    }

    async fn created(&self, body: Value) -> Value {
        let made = post(LIST, &body).token(&self.token).send(self.world).await;
        made.expect(201)["data"].clone()
    }

    /// An integration with this service; its id.
    async fn connected(&self, service: &Service, more: Value) -> String {
        let mut body = json!({"service": "example", "baseUrl": service.url()});
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        let made = self.created(body).await;
        made["id"].as_str().unwrap().to_owned()
    }

    async fn tested(&self, id: &str) -> Value {
        let tested = call("POST", format!("{LIST}/{id}/test")).token(&self.token);
        tested.send(self.world).await.expect(200)["data"].clone()
    }

    async fn changed(&self, id: &str, body: Value) -> Value {
        let changed = put(format!("{LIST}/{id}"), &body).token(&self.token);
        changed.send(self.world).await.expect(200)["data"].clone()
    }

    /// What a query answers once it has seen what a command left.
    async fn read(&self, path: &str, left: &Value) -> Value {
        let query = get(path).token(&self.token);
        let query = query.header("x-min-position", left["position"].as_str().unwrap());
        query.send(self.world).await.expect(200)
    }

    /// The credentials that the vault keeps.
    async fn kept(&self, id: &str) -> Option<String> {
        let (vault, tenant) = (&self.world.vault, Tenant::from_slug(&self.org).unwrap());
        let secret = vault.secret(&tenant, id.parse().unwrap()).await.unwrap();
        secret.map(|text| (*text).clone())
    }
}

#[test]
fn an_integration_is_made_read_changed_and_deleted() {
    run(|world, org| async move {
        let anna = Anna::of(world, org);
        let made = anna
            .created(json!({
                "service": "github", "name": "Our code", "baseUrl": "https://api.example.org/v3/",
                "testPath": "/user", "settings": {"repository": "flowgrid"},
                "credentials": {"token": "hunter2"},
            }))
            .await;
        let id = made["id"].as_str().unwrap();
        assert_eq!(made["userId"], ANNA);
        assert_eq!(
            (&made["status"], &made["health"]),
            (&json!("active"), &json!("unknown"))
        );
        assert_eq!(made["credentialNames"], json!(["token"]));
        assert_eq!(made["usageCount"], 0);
        let mut read = anna.read(&format!("{LIST}/{id}"), &made).await["data"].clone();
        read["position"] = made["position"].clone();
        assert_eq!(read, made);
        // As it was read, it is put back: nothing changes, credentials neither.
        let same = anna.changed(id, read).await;
        assert_eq!(same["revision"], 1);
        assert!(anna.kept(id).await.unwrap().contains("hunter2"));
        let changed = anna
            .changed(id, json!({"name": "Theirs", "status": "inactive"}))
            .await;
        let listed = anna
            .read(&format!("{LIST}?status=inactive"), &changed)
            .await;
        assert_eq!(listed["data"][0]["name"], "Theirs");
        assert_eq!(listed["pagination"]["total"], 1);
        let other = anna.read(&format!("{LIST}?service=slack"), &changed).await;
        assert_eq!(other["pagination"]["total"], 0);
        let gone = delete(format!("{LIST}/{id}")).token(&anna.token);
        let left = gone.clone().send(world).await.expect(200)["data"].clone();
        assert_eq!(left["status"], "deleted");
        assert_eq!(anna.kept(id).await, None);
        gone.send(world).await.expect(200);
        let listed = anna.read(LIST, &left).await;
        assert_eq!(listed["pagination"]["total"], 0);
        for late in [
            get(format!("{LIST}/{id}"))
                .header("x-min-position", left["position"].as_str().unwrap()),
            put(format!("{LIST}/{id}"), &json!({"name": "x"})),
            call("POST", format!("{LIST}/{id}/test")),
        ] {
            let late = late.token(&anna.token).send(world).await;
            late.problem(404, "not-found");
        }
    });
}

#[test]
fn it_is_its_persons_alone() {
    run(|world, org| async move {
        let anna = Anna::of(world, org);
        let made = anna
            .created(json!({"service": "x", "credentials": {"token": "hunter2"}}))
            .await;
        let id = made["id"].as_str().unwrap();
        for stranger in [
            token(world, &anna.org, BEN, Role::User),
            token(world, &anna.org, BEN, Role::Admin),
            token(world, &format!("{}-other", anna.org), ANNA, Role::Admin),
        ] {
            let send = async |call: Call| call.token(&stranger).send(world).await;
            let one = format!("{LIST}/{id}");
            send(get(&one)).await.problem(404, "not-found");
            let change = json!({"credentials": {"token": "other"}});
            send(put(&one, &change)).await.problem(404, "not-found");
            send(delete(&one)).await.problem(404, "not-found");
            let test = call("POST", format!("{one}/test"));
            send(test).await.problem(404, "not-found");
            assert_eq!(send(get(LIST)).await.expect(200)["data"], json!([]));
        }
        assert!(anna.kept(id).await.unwrap().contains("hunter2"));
        let program = Grant::member("exporter", &anna.org, Role::Admin, TimeDelta::hours(1));
        let program = get(LIST).token(&world.issue(&program)).send(world).await;
        program.problem(403, "no-person");
    });
}

#[test]
fn a_test_calls_the_service_as_its_scheme_says_and_records_health() {
    run(|world, org| async move {
        let anna = Anna::of(world, org);
        let service = Service::start().await;
        for (more, sent) in [
            (json!({}), None),
            (
                json!({"credentials": {"token": "hunter2"}}),
                Some("authorization: Bearer hunter2"),
            ),
            (
                json!({"credentials": {"username": "anna", "password": "hunter2"}}),
                Some("authorization: Basic YW5uYTpodW50ZXIy"),
            ),
            (
                json!({"scheme": "header", "header": "X-Key", "credentials": {"api_key": "hunter2"}}),
                Some("x-key: hunter2"),
            ),
            (
                json!({"scheme": "none", "testMethod": "post", "credentials": {"token": "hunter2"}}),
                None,
            ),
        ] {
            let posts = more["testMethod"] == "post";
            let mut more = more;
            more["testPath"] = json!("/me");
            let id = anna.connected(&service, more).await;
            let tested = anna.tested(&id).await;
            assert_eq!(tested["health"], "ok", "{tested}");
            assert_eq!(tested["usageCount"], 1);
            assert_eq!(tested["lastUsedAt"], tested["lastTest"]["at"]);
            assert_eq!(tested["lastTest"]["status"], 200);
            let heard = service.heard().unwrap();
            let line = if posts { "POST /me " } else { "GET /me " };
            assert!(heard.starts_with(line), "{heard}");
            match sent {
                Some(header) => assert!(heard.contains(header), "{heard}"),
                None => assert!(!heard.contains("hunter2"), "{heard}"),
            }
        }
    });
}

#[test]
fn a_failure_is_told_in_our_words_and_nothing_that_the_service_says() {
    run(|world, org| async move {
        let anna = Anna::of(world, org);
        let service = Service::start().await;
        let id = anna
            .connected(&service, json!({"credentials": {"token": "hunter2"}}))
            .await;
        for (status, reason) in [
            (
                "401 Unauthorized",
                "the service refuses the credentials (401)",
            ),
            ("500 Oops", "the service answered 500"),
        ] {
            service.answers(status, "X-Echo: hunter2\r\n");
            let tested = anna.tested(&id).await;
            assert_eq!(tested["health"], "failed");
            assert_eq!(tested["lastTest"]["reason"], reason);
            assert!(!tested.to_string().contains("what the service says"));
        }
        let read = anna.tested(&id).await;
        let read = anna.read(&format!("{LIST}?health=failed"), &read).await;
        assert_eq!(read["data"][0]["usageCount"], 3);
        // Whoever is called differently has not been tested yet.
        let changed = anna
            .changed(&id, json!({"credentials": {"token": "hunter2-new"}}))
            .await;
        assert_eq!(changed["health"], "unknown");
        service.answers("204 No Content", "");
        assert_eq!(anna.tested(&id).await["health"], "ok");
        assert!(service.heard().unwrap().contains("hunter2-new"));
        // A scheme that the credentials don't serve calls nobody.
        anna.changed(&id, json!({"scheme": "basic"})).await;
        let tested = anna.tested(&id).await;
        assert_eq!(
            tested["lastTest"]["reason"],
            "the credentials hold no username and password"
        );
        let nowhere = anna.created(json!({"service": "x"})).await;
        let nowhere = format!("{LIST}/{}/test", nowhere["id"].as_str().unwrap());
        let refused = call("POST", nowhere).token(&anna.token).send(world).await;
        refused.problem(422, "no-address");
    });
}

#[test]
fn nobody_within_is_called() {
    run(|world, org| async move {
        let anna = Anna::of(world, org);
        // This machine by another address than the one that is allowed.
        let inner = Service::at("127.0.0.2").await;
        let port = inner.port();
        let redirecting = Service::start().await;
        redirecting.answers(
            "302 Found",
            &format!("Location: http://127.0.0.2:{port}/\r\n"),
        );
        let within = [
            format!("http://127.0.0.2:{port}"),
            format!("http://2130706434:{port}"),
            format!("http://0177.0.0.2:{port}"),
            format!("http://0x7f.2:{port}"),
            format!("http://[::ffff:127.0.0.2]:{port}"),
            format!("http://[::1]:{port}"),
            "http://10.0.0.1".to_owned(),
            "http://169.254.169.254".to_owned(),
            "http://0.0.0.0".to_owned(),
            redirecting.url(),
        ];
        for address in within {
            let made = anna
                .created(json!({"service": "x", "baseUrl": address}))
                .await;
            let tested = anna.tested(made["id"].as_str().unwrap()).await;
            assert_eq!(tested["health"], "failed", "{address}");
            let reason = &tested["lastTest"]["reason"];
            assert_eq!(reason, "the address is not a public one", "{address}");
        }
        assert!(redirecting.heard().is_some());
        assert_eq!(inner.heard(), None);
    });
}

#[test]
fn credentials_go_to_no_other_host() {
    run(|world, org| async move {
        let anna = Anna::of(world, org);
        let (service, other) = (Service::start().await, Service::start().await);
        let id = anna
            .connected(&service, json!({"credentials": {"token": "hunter2"}}))
            .await;
        let one = format!("{LIST}/{id}");
        let moved = put(&one, &json!({"baseUrl": other.url()})).token(&anna.token);
        moved.send(world).await.problem(422, "credentials-needed");
        service.answers(
            "307 Temporary Redirect",
            &format!("Location: {}/\r\n", other.url()),
        );
        let tested = anna.tested(&id).await;
        assert_eq!(tested["health"], "failed");
        assert_eq!(other.heard(), None);
        let with_new = json!({"baseUrl": other.url(), "credentials": {"token": "hunter3"}});
        anna.changed(&id, with_new).await;
        assert_eq!(anna.tested(&id).await["health"], "ok");
        let heard = other.heard().unwrap();
        assert!(heard.contains("hunter3") && !heard.contains("hunter2"));
        let without = json!({"baseUrl": service.url(), "credentials": null});
        anna.changed(&id, without).await;
        assert_eq!(anna.kept(&id).await, None);
    });
}

#[test]
fn who_leaves_leaves_nothing_connected() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        let tenant = Tenant::from_slug(&org).unwrap();
        for (name, route) in [
            ("ben", "/api/v1/organization/members/{id}"),
            ("cleo", "/api/v1/users/{id}/personal-data"),
        ] {
            let leaving = joined(world, &anna, name, "user").await;
            let body = json!({"service": "x", "credentials": {"token": "hunter2"}});
            let made = post(LIST, &body).token(leaving.access()).send(world).await;
            let made = made.expect(201)["data"].clone();
            let known = get(LIST).token(leaving.access());
            let known = known.header("x-min-position", made["position"].as_str().unwrap());
            known.send(world).await.expect(200);
            let id = made["id"].as_str().unwrap();
            let leave = delete(route.replace("{id}", &leaving.id())).token(anna.access());
            leave.send(world).await.expect(200);
            let kept = world.vault.secret(&tenant, id.parse().unwrap()).await;
            assert!(kept.unwrap().is_none(), "{name}");
            let left = world.commands.load::<Integration>(&tenant, id, None).await;
            let left = left.unwrap().unwrap().state;
            assert!(left.connected().is_none(), "{name}");
        }
    });
}

#[test]
fn wrong_input_is_named_and_leaves_nothing() {
    run(|world, org| async move {
        let anna = Anna::of(world, org);
        for (body, pointer) in [
            (json!({}), "/service"),
            (json!({"service": "x", "baseUrl": "ftp://x"}), "/baseUrl"),
            (
                json!({"service": "x", "baseUrl": "https://a:hunter2@b"}),
                "/baseUrl",
            ),
            (
                json!({"service": "x", "baseUrl": "https://b/?t=hunter2"}),
                "/baseUrl",
            ),
            (json!({"service": "x", "header": "Host"}), "/header"),
            (
                json!({"service": "x", "settings": {"token": "hunter2"}}),
                "/settings",
            ),
            (
                json!({"service": "x", "credentials": {"t": ["hunter2"]}}),
                "/credentials",
            ),
            (
                json!({"service": "x", "credentials": "hunter2"}),
                "/credentials",
            ),
            (json!({"service": "x", "password": "hunter2"}), "/password"),
        ] {
            let refused = post(LIST, &body).token(&anna.token).send(world).await;
            assert!(!String::from_utf8_lossy(&refused.bytes).contains("hunter2"));
            let problem = refused.problem(422, "invalid");
            assert_eq!(problem["errors"][0]["pointer"], pointer);
        }
        let left = anna.created(json!({"service": "x"})).await;
        assert_eq!(anna.read(LIST, &left).await["pagination"]["total"], 1);
        let wrong = get(format!("{LIST}?health=well")).token(&anna.token);
        wrong.send(world).await.problem(400, "bad-input");
    });
}

#[test]
fn a_repeat_finds_what_was_made_and_puts_back_no_older_credentials() {
    run(|world, org| async move {
        let anna = Anna::of(world, org);
        let body = json!({"service": "x", "credentials": {"token": "hunter2"}});
        let make = post(LIST, &body).token(&anna.token);
        let make = make.header("idempotency-key", "one");
        let first = make.clone().send(world).await.expect(201);
        let id = first["data"]["id"].as_str().unwrap();
        anna.changed(id, json!({"credentials": {"token": "hunter3"}}))
            .await;
        assert_eq!(make.send(world).await.expect(201), first);
        assert!(anna.kept(id).await.unwrap().contains("hunter3"));
        let late = put(format!("{LIST}/{id}"), &json!({"credentials": null}));
        let late = late.token(&anna.token).header("if-match", "\"1\"");
        late.send(world).await.problem(412, "version-mismatch");
        assert!(anna.kept(id).await.is_some());
    });
}
