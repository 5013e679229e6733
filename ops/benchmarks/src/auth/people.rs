//! People who have registered, each with an organization of its own.

use serde_json::{Value, json};

use crate::Result;
use crate::http::Client;
use crate::server::Server;

/// Few enough to be registered soon, many enough that nobody has a hundred sessions at the end.
const PEOPLE: usize = 48;
const PASSWORD: &str = "correct horse battery staple";

pub(crate) struct Person {
    email: String,
    pub(crate) token: String,
}

pub(crate) struct People(Vec<Person>);

impl People {
    pub(crate) async fn register(server: &Server) -> Result<Self> {
        let mut client = Client::connect(server.address).await?;
        let mut people = Vec::with_capacity(PEOPLE);
        for n in 0..PEOPLE {
            people.push(Person::register(&mut client, n).await?);
        }
        Ok(Self(people))
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Person> + Clone {
        self.0.iter()
    }
}

impl Person {
    async fn register(client: &mut Client, n: usize) -> Result<Self> {
        let email = format!("anna{n}@bench.example");
        let body = json!({"email": email, "password": PASSWORD, "organization": format!("Bench people {n}")});
        let request = post("/api/v1/auth/register", &body);
        let answer = client.send(&request).await?;
        if !answer.is_success() {
            return Err(format!("registering: {}", answer.describe()).into());
        }
        let told: Value = serde_json::from_slice(answer.body)?;
        let token = told["accessToken"].as_str().ok_or("no access token")?;
        Ok(Self {
            email,
            token: token.to_owned(),
        })
    }

    /// Signs in with the right password.
    pub(crate) fn login(&self) -> Vec<u8> {
        login(&self.email, PASSWORD)
    }

    /// Tries with a wrong one.
    pub(crate) fn guess(&self) -> Vec<u8> {
        login(&self.email, "wrong horse battery staple")
    }
}

/// Tries an address that nobody has.
pub(crate) fn guess_at_nobody(n: usize) -> Vec<u8> {
    login(
        &format!("nobody{n}@bench.example"),
        "wrong horse battery staple",
    )
}

fn login(email: &str, password: &str) -> Vec<u8> {
    post(
        "/api/v1/auth/login",
        &json!({"email": email, "password": password}),
    )
}

fn post(path: &str, body: &Value) -> Vec<u8> {
    let body = body.to_string();
    format!(
        "POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}
