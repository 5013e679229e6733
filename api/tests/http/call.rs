//! One request, one reply.

use std::net::IpAddr;

use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use flowgrid_api::App;
use serde_json::Value;
use tower::ServiceExt;

use crate::world::World;

pub const BUILDINGS: &str = "/api/v1/citypulse/buildings";
pub const ALERTS: &str = "/api/v1/citypulse/alerts";

/// A request in the making.
#[derive(Clone)]
pub struct Call {
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Bytes,
}

/// A day from now, in whole seconds.
pub fn tomorrow() -> String {
    let now: chrono::DateTime<chrono::Utc> = std::time::SystemTime::now().into();
    let tomorrow = now + chrono::TimeDelta::days(1);
    tomorrow.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

pub fn call(method: &str, path: impl Into<String>) -> Call {
    Call {
        method: method.to_owned(),
        path: path.into(),
        headers: Vec::new(),
        body: Vec::new(),
    }
}

pub fn get(path: impl Into<String>) -> Call {
    call("GET", path)
}

pub fn post(path: impl Into<String>, body: &Value) -> Call {
    call("POST", path).json(body)
}

pub fn put(path: impl Into<String>, body: &Value) -> Call {
    call("PUT", path).json(body)
}

pub fn delete(path: impl Into<String>) -> Call {
    call("DELETE", path)
}

impl Call {
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn token(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    pub fn json(self, body: &Value) -> Self {
        self.header("content-type", "application/json")
            .body(body.to_string())
    }

    pub async fn send(self, world: &World) -> Reply {
        self.send_to(world.router.clone()).await
    }

    /// Over a connection from this address.
    pub async fn send_from(self, world: &World, peer: IpAddr) -> Reply {
        self.send_to(world.router.of_peer(peer)).await
    }

    async fn send_to(self, app: App) -> Reply {
        let mut request = Request::builder().method(&*self.method).uri(&self.path);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let request = request.body(Body::from(self.body)).unwrap();
        let response = app.oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        Reply {
            status: parts.status,
            headers: parts.headers,
            bytes: to_bytes(body, usize::MAX).await.unwrap(),
        }
    }
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes)
            .unwrap_or_else(|error| panic!("{error}: {:?}", self.bytes))
    }

    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value
            .unwrap_or_else(|| panic!("no header {name}: {:?}", self.headers))
            .to_str()
            .unwrap()
    }

    /// The status must be this one; returns the body.
    #[track_caller]
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{:?}", self.bytes);
        if self.bytes.is_empty() {
            Value::Null
        } else {
            self.json()
        }
    }

    /// The status must be this one; returns the body, which is no JSON.
    #[track_caller]
    pub fn expect_bytes(&self, status: u16) -> Bytes {
        assert_eq!(self.status.as_u16(), status, "{:?}", self.bytes);
        self.bytes.clone()
    }

    /// A problem document of this status and code; returns it.
    #[track_caller]
    pub fn problem(&self, status: u16, code: &str) -> Value {
        let problem = self.expect(status);
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(problem["status"], status);
        assert_eq!(problem["code"], code, "{problem}");
        assert_eq!(problem["error"], code);
        assert_eq!(problem["type"], format!("urn:flowgrid:problem:{code}"));
        assert_eq!(problem["success"], false);
        assert_eq!(problem["message"], problem["detail"]);
        assert!(problem["title"].is_string());
        // Spelled as the frontend reads it.
        assert!(problem["errorId"].is_string() || problem["error_id"].is_string());
        problem
    }
}
