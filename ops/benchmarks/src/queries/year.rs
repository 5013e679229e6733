//! The data: a year of quarter hours of ten meters in each of a hundred buildings.

use std::sync::Arc;

use crate::Result;
use crate::ingest::{BUILDINGS, EACH, ORGANIZATION, Shape, Stream, found_bulk};
use crate::load::{self, Source};
use crate::server::Server;

/// Quarter hours of each meter: 2020, of which the last day may be missing some.
pub(super) const STEPS: usize = 366 * 96 / EACH * EACH;

pub(super) async fn token(server: &Server) -> Result<String> {
    server.token(ORGANIZATION, "manager").await
}

/// Registers everything and sends all readings; answers how many.
pub(super) async fn load(server: &Server, token: &str) -> Result<u64> {
    found_bulk(server, token).await?;
    let stream = Arc::new(Stream::new(Shape::Bulk, token.to_owned()));
    let requests = BUILDINGS * STEPS / EACH;
    let source: Source = Arc::new(move || stream.next_of(requests));
    let sent = load::run_all(server.address, Shape::Bulk.connections(), source).await?;
    Ok(sent.acknowledged * Shape::Bulk.readings() as u64)
}
