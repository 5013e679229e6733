//! Keys of programs.

use serde_json::{Value, json};

use crate::call::{get, post};
use crate::somebody::Somebody;
use crate::world::run;

#[test]
fn a_key_lets_a_program_in_as_far_as_its_scopes_go() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        let make = |body: Value| post("/api/v1/auth/api-keys", &body).token(anna.access());
        make(json!({"name": "x", "scopes": ["root"]}))
            .send(world)
            .await
            .problem(422, "invalid");
        let past = json!({"name": "x", "expiresAt": "2020-01-01T00:00:00Z"});
        make(past).send(world).await.problem(422, "invalid");
        let made = make(json!({"name": "exporter", "scopes": ["read"]}))
            .send(world)
            .await
            .expect(201);
        let (id, key) = (
            made["data"]["id"].as_str().unwrap(),
            made["data"]["key"].as_str().unwrap(),
        );
        assert!(key.starts_with("fg_") && key.contains(&id.replace('-', "")[..8]));
        let read = get("/api/v1/citypulse/buildings").header("x-api-key", key);
        read.clone().send(world).await.expect(200);
        let write =
            post("/api/v1/citypulse/buildings", &json!({"name": "B"})).header("x-api-key", key);
        write.send(world).await.problem(403, "role-too-low");
        get("/api/v1/auth/me")
            .header("x-api-key", key)
            .send(world)
            .await
            .problem(403, "no-person");
        let at = key.len() - 12;
        let other = if key.as_bytes()[at] == b'A' { "B" } else { "A" };
        let tampered = format!("{}{other}{}", &key[..at], &key[at + 1..]);
        let tampered = get("/api/v1/citypulse/buildings").header("x-api-key", &tampered);
        tampered.send(world).await.problem(401, "api-key-unknown");
        let list = get("/api/v1/auth/api-keys")
            .token(anna.access())
            .header("x-min-position", made["data"]["position"].as_str().unwrap());
        let listed = list.clone().send(world).await;
        assert!(!String::from_utf8_lossy(&listed.bytes).contains(key));
        let listed = listed.expect(200);
        assert_eq!(listed["data"][0]["name"], "exporter");
        assert!(listed["data"][0]["lastUsedAt"].is_string());
        // A model that follows other logs alone has nothing to wait for.
        let position = made["data"]["position"].as_str().unwrap();
        let buildings = get("/api/v1/citypulse/buildings").header("x-min-position", position);
        buildings.token(anna.access()).send(world).await.expect(200);
        // Another organization's admin knows of none, and revokes none.
        let ben = Somebody::new(world, &format!("{org}-ben")).await;
        let path = format!("/api/v1/auth/api-keys/{id}");
        let foreign = crate::call::delete(&path)
            .token(ben.access())
            .send(world)
            .await;
        foreign.problem(404, "not-found");
        let revoked = crate::call::delete(&path)
            .token(anna.access())
            .send(world)
            .await
            .expect(200);
        assert_eq!(revoked["data"]["status"], "revoked");
        for _ in 0..800 {
            if read.clone().send(world).await.status == 401 {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(25)).await;
        }
        panic!("the key is still good");
    });
}
