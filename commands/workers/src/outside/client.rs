//! The one HTTP client that calls addresses which callers have named.

use std::error::Error;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{CONTENT_TYPE, LOCATION};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, Response, StatusCode, Url};
use tokio::sync::Semaphore;

use super::{Allowed, Call, Called, OutsideError};

/// How many redirects are followed.
const MOST_REDIRECTS: usize = 5;

/// Settings of the client.
#[derive(Clone, Debug)]
pub struct OutsideOptions {
    pub allowed: Allowed,
    /// For a whole call, redirects and body included.
    pub time: Duration,
    /// How much of a body is read, in bytes.
    pub largest: usize,
    /// How many calls a process makes at once; more are refused.
    pub at_once: usize,
}

impl Default for OutsideOptions {
    fn default() -> Self {
        Self {
            allowed: Allowed::default(),
            time: Duration::from_secs(10),
            largest: 64 * 1024,
            at_once: 32,
        }
    }
}

/// Calls services outside. Cheap to clone.
#[derive(Clone)]
pub struct Outside {
    client: Client,
    options: OutsideOptions,
    places: Arc<Semaphore>,
}

impl Outside {
    /// # Errors
    /// When the machine's certificates can't be read.
    pub fn new(options: OutsideOptions) -> Result<Self, reqwest::Error> {
        // Fails where another part of the process was faster, with the same provider.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .dns_resolver(Arc::new(Resolver(options.allowed.clone())))
            .redirect(Policy::none())
            .no_proxy()
            .user_agent(concat!("flowgrid/", env!("CARGO_PKG_VERSION")))
            .build()?;
        let places = options.at_once.min(Semaphore::MAX_PERMITS);
        Ok(Self {
            client,
            options,
            places: Arc::new(Semaphore::new(places)),
        })
    }

    /// Makes a call and follows where it leads.
    ///
    /// # Errors
    /// See [`OutsideError`]; an answer of any status is none.
    pub async fn call(&self, call: Call) -> Result<Called, OutsideError> {
        let _place = self.places.try_acquire().map_err(|_| OutsideError::Busy)?;
        let started = Instant::now();
        let call = async {
            let response = self.follow(call).await?;
            let status = response.status().as_u16();
            let (body, cut) = self.body(response).await?;
            Ok(Called {
                status,
                took: started.elapsed(),
                body,
                cut,
            })
        };
        let ended = tokio::time::timeout(self.options.time, call).await;
        ended.unwrap_or(Err(OutsideError::TooSlow))
    }

    /// The answer at the end of all redirects.
    async fn follow(&self, mut call: Call) -> Result<Response, OutsideError> {
        let mut url = Url::parse(&call.address).map_err(|_| OutsideError::BadAddress)?;
        let origin = url.origin();
        for _ in 0..=MOST_REDIRECTS {
            self.check(&url)?;
            let response = self.ask(&call, &url).await?;
            let Some(next) = redirected(&response, &url)? else {
                return Ok(response);
            };
            if call.secret.is_some() && next.origin() != origin {
                return Err(OutsideError::Redirected);
            }
            if becomes_get(response.status()) {
                call.method = Method::GET;
                call.json = None;
            }
            url = next;
        }
        Err(OutsideError::Redirected)
    }

    /// One request, wherever it is answered from.
    async fn ask(&self, call: &Call, url: &Url) -> Result<Response, OutsideError> {
        let mut request = self.client.request(call.method.clone(), url.clone());
        if let Some((name, value)) = &call.secret {
            request = request.header(name, value);
        }
        if let Some(json) = &call.json {
            let typed = request.header(CONTENT_TYPE, "application/json");
            request = typed.body(json.clone());
        }
        request.send().await.map_err(|error| reason(&error))
    }

    /// What the resolver doesn't see: the scheme, and hosts that are addresses themselves.
    fn check(&self, url: &Url) -> Result<(), OutsideError> {
        let named = url.username().is_empty() && url.password().is_none();
        if !matches!(url.scheme(), "http" | "https") || !named {
            return Err(OutsideError::BadAddress);
        }
        let address: IpAddr = match url.host() {
            Some(url::Host::Domain(_)) => return Ok(()),
            Some(url::Host::Ipv4(address)) => address.into(),
            Some(url::Host::Ipv6(address)) => address.into(),
            None => return Err(OutsideError::BadAddress),
        };
        if self.options.allowed.may_call(address) {
            return Ok(());
        }
        Err(OutsideError::NotPublic)
    }

    async fn body(&self, mut response: Response) -> Result<(Vec<u8>, bool), OutsideError> {
        let mut body = Vec::new();
        while let Some(piece) = response.chunk().await.map_err(|error| reason(&error))? {
            let room = self.options.largest.saturating_sub(body.len());
            body.extend(piece.iter().take(room));
            if piece.len() > room {
                return Ok((body, true));
            }
        }
        Ok((body, false))
    }
}

/// What was posted is not sent on, unless the answer asks for just that (RFC 9110, 15.4).
fn becomes_get(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301..=303)
}

/// Where the answer sends us, if it does.
fn redirected(response: &Response, from: &Url) -> Result<Option<Url>, OutsideError> {
    if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let Some(location) = response.headers().get(LOCATION) else {
        return Ok(None);
    };
    let location = location.to_str().map_err(|_| OutsideError::Redirected)?;
    let next = from.join(location).map_err(|_| OutsideError::Redirected)?;
    Ok(Some(next))
}

/// Looks names up and leaves out what may not be called. The connection goes to what it answers,
/// so a name that leads elsewhere the second time (DNS rebinding) gains nothing.
struct Resolver(Allowed);

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let allowed = self.0.clone();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await;
            let found: Vec<SocketAddr> = found.map_err(|_| OutsideError::UnknownHost)?.collect();
            let some = !found.is_empty();
            let may: Vec<SocketAddr> = found
                .into_iter()
                .filter(|address| allowed.may_call(address.ip()))
                .collect();
            match (may.is_empty(), some) {
                (false, _) => Ok(Box::new(may.into_iter()) as Addrs),
                (true, true) => Err(OutsideError::NotPublic.into()),
                (true, false) => Err(OutsideError::UnknownHost.into()),
            }
        })
    }
}

/// Our own words for what the library says, which may hold the address.
fn reason(error: &reqwest::Error) -> OutsideError {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(inner) = cause {
        if let Some(ours) = inner.downcast_ref::<OutsideError>() {
            return *ours;
        }
        if inner.downcast_ref::<rustls::Error>().is_some() {
            return OutsideError::BadCertificate;
        }
        cause = inner.source();
    }
    if error.is_timeout() {
        return OutsideError::TooSlow;
    }
    OutsideError::Unreachable
}
