//! A person as tests meet it: registers, signs in, reads its mail.

use serde_json::{Value, json};

use crate::call::{Reply, get, post};
use crate::world::World;

pub const PASSWORD: &str = "correct horse battery staple";
pub const OTHER: &str = "Zwölf Boxkämpfer jagen Viktor";

/// Somebody who has just registered, in an organization that nobody else uses.
pub struct Somebody {
    pub email: String,
    pub body: Value,
}

impl Somebody {
    pub async fn new(world: &World, org: &str) -> Self {
        let email = format!("{org}@example.org");
        let body =
            json!({"email": email, "password": PASSWORD, "name": "Anna", "organization": org});
        let registered = post("/api/v1/auth/register", &body).send(world).await;
        Self {
            email,
            body: registered.expect(201),
        }
    }

    pub fn id(&self) -> String {
        self.body["user"]["id"].as_str().unwrap().to_owned()
    }

    pub fn access(&self) -> &str {
        self.body["accessToken"].as_str().unwrap()
    }

    pub fn refresh(&self) -> &str {
        self.body["refreshToken"].as_str().unwrap()
    }

    pub async fn login(&self, world: &World, password: &str) -> Reply {
        let body = json!({"email": self.email, "password": password, "rememberMe": true});
        post("/api/v1/auth/login", &body).send(world).await
    }

    /// The token in the newest mail to this address about `subject`.
    pub async fn mailed(&self, world: &World, subject: &str) -> String {
        mailed_to(world, &self.email, subject).await.token()
    }
}

/// A mail as it arrived.
pub struct Arrived(String);

impl Arrived {
    /// The token in its link.
    pub fn token(&self) -> String {
        let (_, rest) = self.0.split_once("#token=").unwrap();
        rest.split_whitespace().next().unwrap().to_owned()
    }
}

/// The newest mail to an address that has `about` in its subject or text.
pub async fn mailed_to(world: &World, address: &str, about: &str) -> Arrived {
    for _ in 0..800 {
        let letters = world.mailbox.list(500).await.unwrap();
        let mine = letters.into_iter().find(|one| {
            one.to == address && (one.text.contains(about) || one.subject.contains(about))
        });
        if let Some(letter) = mine {
            return Arrived(letter.text);
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    panic!("no mail about {about}");
}

pub async fn me(world: &World, token: &str) -> Reply {
    get("/api/v1/auth/me").token(token).send(world).await
}

pub async fn refreshed(world: &World, token: &str) -> Reply {
    post("/api/v1/auth/refresh", &json!({"refreshToken": token}))
        .send(world)
        .await
}

/// Ended sessions take up to a second to be ended everywhere.
pub async fn eventually_refused(world: &World, token: &str) {
    for _ in 0..800 {
        let reply = me(world, token).await;
        if reply.status == 401 {
            reply.problem(401, "token-revoked");
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    panic!("the token is still good");
}
