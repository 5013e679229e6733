//! A small service that speaks S3: objects by path, lists, and requests that must be signed.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Query, Request, State};
use axum::http::header::{AUTHORIZATION, ETAG, LAST_MODIFIED};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use parking_lot::Mutex;
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;

pub const KEY_ID: &str = "AKIDFLOWGRID";
const THEN: &str = "Sat, 21 Nov 2026 18:00:00 GMT";

#[derive(Clone, Default)]
struct Bucket {
    objects: Arc<Mutex<BTreeMap<String, Vec<u8>>>>,
    refuses: Arc<AtomicBool>,
    asked: Arc<AtomicUsize>,
}

pub struct Service {
    address: SocketAddr,
    bucket: Bucket,
}

impl Service {
    pub async fn start() -> Self {
        let bucket = Bucket::default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().fallback(answer).with_state(bucket.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, bucket }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn stored(&self, path: &str) -> Option<Vec<u8>> {
        self.bucket.objects.lock().get(path).cloned()
    }

    /// From now on whoever asks may not.
    pub fn refuse(&self) {
        self.bucket.refuses.store(true, Ordering::Relaxed);
    }

    pub fn asked(&self) -> usize {
        self.bucket.asked.load(Ordering::Relaxed)
    }
}

async fn answer(State(bucket): State<Bucket>, request: Request) -> Response {
    bucket.asked.fetch_add(1, Ordering::Relaxed);
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    if bucket.refuses.load(Ordering::Relaxed) || !is_signed(&parts.headers, &body) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let path = parts.uri.path().trim_start_matches('/').to_owned();
    match parts.method {
        Method::PUT => {
            bucket.objects.lock().insert(path, body.to_vec());
            [(ETAG, "\"kept\"")].into_response()
        }
        Method::GET if parts.uri.query().is_some() => listed(&bucket, &path, &parts.uri),
        Method::GET | Method::HEAD => match bucket.objects.lock().get(&path) {
            Some(object) => {
                let headers = [(ETAG, "\"kept\""), (LAST_MODIFIED, THEN)];
                (headers, object.clone()).into_response()
            }
            None => StatusCode::NOT_FOUND.into_response(),
        },
        Method::DELETE => {
            bucket.objects.lock().remove(&path);
            StatusCode::NO_CONTENT.into_response()
        }
        _ => StatusCode::METHOD_NOT_ALLOWED.into_response(),
    }
}

/// By our key, for this very body.
fn is_signed(headers: &HeaderMap, body: &Bytes) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let by_us = format!("AWS4-HMAC-SHA256 Credential={KEY_ID}/");
    let signature = text(AUTHORIZATION.as_str()).filter(|text| text.starts_with(&by_us));
    let signature = signature.and_then(|text| Some(text.split_once("Signature=")?.1.len()));
    let hash = format!("{:x}", Sha256::digest(body));
    signature == Some(64) && text("x-amz-content-sha256") == Some(&hash)
}

fn listed(bucket: &Bucket, path: &str, uri: &Uri) -> Response {
    let Query(asked) = Query::<BTreeMap<String, String>>::try_from_uri(uri).unwrap();
    let prefix = format!("{path}/{}", asked["prefix"]);
    let objects = bucket.objects.lock();
    let found = objects.iter().filter(|(key, _)| key.starts_with(&prefix));
    let contents: String = found
        .map(|(key, object)| {
            let key = key.trim_start_matches(path).trim_start_matches('/');
            format!(
                "<Contents><Key>{key}</Key><LastModified>2026-11-21T18:00:00.000Z</LastModified>\
                 <ETag>\"kept\"</ETag><Size>{}</Size></Contents>",
                object.len()
            )
        })
        .collect();
    format!("<ListBucketResult><IsTruncated>false</IsTruncated>{contents}</ListBucketResult>")
        .into_response()
}
