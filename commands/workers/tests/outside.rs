//! Calls to services that callers name, against real ones of the test's own.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use flowgrid_workers::outside::{Call, Called, Outside, OutsideError, OutsideOptions};
use parking_lot::Mutex;
use reqwest::header::{HeaderName, HeaderValue};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// Answers every request with the same bytes and keeps what it was sent.
struct Service {
    address: SocketAddr,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Service {
    async fn answering(answer: Vec<u8>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let heard: Arc<Mutex<Vec<String>>> = Arc::default();
        let keep = Arc::clone(&heard);
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                let mut head = vec![0; 4096];
                let read = socket.read(&mut head).await.unwrap_or(0);
                keep.lock()
                    .push(String::from_utf8_lossy(&head[..read]).into_owned());
                let _ = socket.write_all(&answer).await;
                if answer.is_empty() {
                    tokio::time::sleep(Duration::from_secs(60)).await;
                }
            }
        });
        Self { address, heard }
    }

    async fn saying(body: &str) -> Self {
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        );
        Self::answering(format!("{head}{body}").into_bytes()).await
    }

    async fn sending_to(location: &str) -> Self {
        Self::sending_on("302 Found", location).await
    }

    async fn sending_on(status: &str, location: &str) -> Self {
        let head = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n");
        Self::answering(format!("{head}Location: {location}\r\n\r\n").into_bytes()).await
    }

    fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    fn was_called(&self) -> bool {
        !self.heard.lock().is_empty()
    }
}

fn outside(allow: &str) -> Outside {
    Outside::new(OutsideOptions {
        allowed: allow.parse().unwrap(),
        time: Duration::from_secs(3),
        largest: 1_000,
        at_once: 2,
    })
    .unwrap()
}

/// A call with credentials.
fn keyed(call: Call) -> Call {
    let value = HeaderValue::from_static("k-123");
    call.with_secret(HeaderName::from_static("x-api-key"), value)
}

async fn get(outside: &Outside, address: &str) -> Result<Called, OutsideError> {
    outside.call(Call::get(address)).await
}

async fn get_keyed(outside: &Outside, address: &str) -> Result<Called, OutsideError> {
    outside.call(keyed(Call::get(address))).await
}

#[tokio::test]
async fn a_service_that_may_be_called_answers() {
    let service = Service::saying("hello").await;
    let called = get_keyed(&outside("127.0.0.1"), &service.url()).await;
    let called = called.unwrap();
    assert_eq!(
        (called.status, &*called.body, called.cut),
        (200, &b"hello"[..], false)
    );
    assert!(service.heard.lock()[0].contains("x-api-key: k-123"));
}

#[tokio::test]
async fn nobody_within_is_called_by_any_spelling() {
    let service = Service::saying("metadata").await;
    let port = service.address.port();
    let closed = outside("");
    for host in [
        "127.0.0.1",
        "localhost",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "2130706433",
        "0x7f.1",
        "0177.0.0.1",
        "127.1",
        "0.0.0.0",
    ] {
        let found = get_keyed(&closed, &format!("http://{host}:{port}/")).await;
        assert_eq!(found.unwrap_err(), OutsideError::NotPublic, "{host}");
    }
    assert!(!service.was_called());
}

#[tokio::test]
async fn a_redirect_leads_nobody_within() {
    let inner = Service::saying("metadata").await;
    // Only the first address is allowed; the second is the same machine by another one.
    let by_other_name = format!("http://127.0.0.2:{}/", inner.address.port());
    let service = Service::sending_to(&by_other_name).await;
    let found = get(&outside("127.0.0.1"), &service.url()).await;
    assert_eq!(found.unwrap_err(), OutsideError::NotPublic);
    assert!(service.was_called() && !inner.was_called());
}

#[tokio::test]
async fn a_redirect_is_followed_but_not_for_ever_and_not_with_a_secret_elsewhere() {
    let end = Service::saying("end").await;
    let service = Service::sending_to(&end.url()).await;
    let open = outside("127.0.0.1");
    assert_eq!(get(&open, &service.url()).await.unwrap().body, b"end");
    let found = get_keyed(&open, &service.url()).await;
    assert_eq!(found.unwrap_err(), OutsideError::Redirected);
    assert_eq!(end.heard.lock().len(), 1);
    let circle = Service::sending_to("/").await;
    let found = get_keyed(&open, &circle.url()).await;
    assert_eq!(found.unwrap_err(), OutsideError::Redirected);
    assert_eq!(circle.heard.lock().len(), 6);
}

#[tokio::test]
async fn what_never_ends_and_what_never_begins_is_bounded() {
    let endless = Service::saying(&"x".repeat(50_000)).await;
    let called = get(&outside("127.0.0.1"), &endless.url()).await.unwrap();
    assert_eq!((called.body.len(), called.cut), (1_000, true));
    let silent = Service::answering(Vec::new()).await;
    let found = get(&outside("127.0.0.1"), &silent.url()).await;
    assert_eq!(found.unwrap_err(), OutsideError::TooSlow);
}

#[tokio::test]
async fn errors_have_names_and_repeat_nothing() {
    let open = outside("127.0.0.1");
    for bad in [
        "",
        "rathaus",
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "http://user:pw@127.0.0.1/",
        "http://",
    ] {
        let error = get(&open, bad).await.unwrap_err();
        assert_eq!(error, OutsideError::BadAddress, "{bad}");
    }
    let unknown = get(&open, "http://no-such-host.invalid/").await;
    assert_eq!(unknown.unwrap_err(), OutsideError::UnknownHost);
    let unused = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap();
    let nobody = get(&open, &format!("http://{unused}/")).await;
    assert_eq!(nobody.unwrap_err(), OutsideError::Unreachable);
    let plain = Service::saying("no TLS here").await;
    let found = get(&open, &plain.url().replacen("http", "https", 1)).await;
    assert!(matches!(
        found.unwrap_err(),
        OutsideError::BadCertificate | OutsideError::Unreachable
    ));
}

#[tokio::test]
async fn what_is_posted_arrives_and_is_sent_on_only_where_it_is_asked_for() {
    let end = Service::saying("end").await;
    let open = outside("127.0.0.1");
    let post = |address: &str| Call::post(address, r#"{"test":true}"#);
    open.call(keyed(post(&end.url()))).await.unwrap();
    for (status, sent_on) in [("307 Temporary Redirect", true), ("302 Found", false)] {
        let service = Service::sending_on(status, &end.url()).await;
        open.call(post(&service.url())).await.unwrap();
        let heard = end.heard.lock().pop().unwrap();
        assert_eq!(heard.starts_with("POST "), sent_on, "{heard}");
        assert_eq!(heard.contains(r#"{"test":true}"#), sent_on, "{heard}");
    }
    let first = end.heard.lock().pop().unwrap();
    assert!(first.contains("content-type: application/json") && first.contains("k-123"));
}

#[tokio::test]
async fn only_so_many_are_called_at_once() {
    let silent = Service::answering(Vec::new()).await;
    let open = outside("127.0.0.1");
    let url = silent.url();
    let (one, two, three) = tokio::join!(get(&open, &url), get(&open, &url), get(&open, &url));
    assert_eq!(one.unwrap_err(), OutsideError::TooSlow);
    assert_eq!(two.unwrap_err(), OutsideError::TooSlow);
    assert_eq!(three.unwrap_err(), OutsideError::Busy);
}

#[test]
fn a_call_tells_nobody_what_it_sends() {
    let call = keyed(Call::post("https://hooks.example/secret", "secret"));
    let shown = format!("{call:?}");
    assert!(
        !shown.contains("secret") && !shown.contains("k-123"),
        "{shown}"
    );
}
