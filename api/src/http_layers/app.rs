//! Two ways through the same routes.

use std::convert::Infallible;
use std::net::IpAddr;
use std::task::{Context, Poll};

use axum::body::HttpBody;
use axum::http::header::{ACCEPT_ENCODING, ORIGIN};
use axum::http::{Method, Request};
use axum::response::Response;
use axum::routing::future::RouteFuture;
use axum::{BoxError, Router};
use bytes::Bytes;
use tower::Service;

use crate::limits::Peer;

/// All routes with everything around them. A request that names no origin and accepts no encoding
/// goes past CORS and compression, which would do nothing but add to each answer.
#[derive(Clone)]
pub struct App {
    browsers: Router,
    plain: Router,
    /// The other end of the connection that this one serves.
    peer: Option<Peer>,
}

impl App {
    pub(super) fn new(browsers: Router, plain: Router) -> Self {
        Self {
            browsers,
            plain,
            peer: None,
        }
    }

    /// For one connection.
    pub fn of_peer(&self, address: IpAddr) -> Self {
        Self {
            peer: Some(Peer(address)),
            ..self.clone()
        }
    }
}

impl<B> Service<Request<B>> for App
where
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Response = Response;
    type Error = Infallible;
    type Future = RouteFuture<Infallible>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        if let Some(peer) = self.peer {
            request.extensions_mut().insert(peer);
        }
        let headers = request.headers();
        let of_browser = headers.contains_key(ORIGIN)
            || headers.contains_key(ACCEPT_ENCODING)
            || request.method() == Method::OPTIONS;
        if of_browser {
            self.browsers.call(request)
        } else {
            self.plain.call(request)
        }
    }
}
