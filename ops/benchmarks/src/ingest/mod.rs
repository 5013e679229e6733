//! Readings a second over HTTP, with everything that follows from them keeping up: in bulk, and as a fleet of
//! smart meters, with a rule each, sends them. Beside it, the same rows by COPY.

mod city;
mod copy;
mod rules;
mod shapes;
mod size;

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;
use sqlx::PgConnection;

pub(crate) use self::city::{BUILDINGS, ORGANIZATION, SENSORS, found_bulk};
pub(crate) use self::shapes::{EACH, Shape, Stream, value};
use crate::Result;
use crate::health::{Lag, MOST_LAG_S, Probe};
use crate::load::{self, Measured, Source, Window};
use crate::open::{self, Pace, Requests};
use crate::report::{Bound, Report};
use crate::server::Server;

/// Requests of 1,000 readings a second.
const BULK_RATE: u32 = 400;
const WARM_UP: Duration = Duration::from_secs(2);
/// How long what is behind may take to catch up, so that it isn't held against the next.
const CATCH_UP: Duration = Duration::from_secs(120);
/// What the read model is called.
const MODEL: &str = "readings";

/// What one shape came to.
struct Ran {
    points_per_s: f64,
    measured: Measured,
    /// When the last request was answered.
    lag: Lag,
}

pub(crate) async fn measure(
    server: &Server,
    db: &mut PgConnection,
    length: Duration,
    report: &mut Report,
) -> Result<()> {
    let token = server.token(city::ORGANIZATION, "manager").await?;
    city::found(server, &token).await?;
    rules::found(server, &token).await?;
    let mut probe = Probe::new(server).await?;
    probe.settle(CATCH_UP).await?;
    let before = size::of_database(db).await?;
    let bulk = paced(server, &mut probe, &token, length).await?;
    probe.settle(CATCH_UP).await?;
    let meters = run(server, &mut probe, Shape::Meters, &token, length).await?;
    probe.settle(CATCH_UP).await?;
    fired(server, &token, &meters, report).await?;
    let after = size::of_database(db).await?;
    let model = size::of_model(db, MODEL).await?;
    let verified = server.verify(MODEL).await?;
    report.require(verified.is_ok(), || {
        format!("the rollups differ from an independent fold: {verified:?}")
    });
    let copied = copy::points_per_s(db).await?;
    let points = [(&bulk, Shape::Bulk), (&meters, Shape::Meters)]
        .map(|(ran, shape)| ran.measured.acknowledged as f64 * shape.readings() as f64);
    let points = points[0] + points[1];
    fill(&bulk, &meters, copied, report);
    report.value(
        "bytes_per_point",
        (after - before) as f64 / points,
        Bound::None,
    );
    report.context("model_bytes_per_point", json!(model as f64 / points));
    report.context("points", json!(points));
    Ok(())
}

/// In bulk at a fixed rate, beyond what is aimed for: as fast as requests are taken the read model can't follow,
/// and how far it falls behind then says nothing.
async fn paced(server: &Server, probe: &mut Probe, token: &str, length: Duration) -> Result<Ran> {
    let stream = Stream::new(Shape::Bulk, token.to_owned());
    let requests: Requests = Arc::new(move |_| (0, stream.next_request()));
    let pace = Pace {
        rate: BULK_RATE,
        length,
        connections: Shape::Bulk.connections(),
    };
    let began = Instant::now();
    let measured = open::run(server.address, pace, 1, requests).await?;
    let took = began.elapsed().max(length).as_secs_f64();
    let measured = measured.into_iter().next().ok_or("nothing was measured")?;
    Ok(Ran {
        points_per_s: measured.acknowledged as f64 * Shape::Bulk.readings() as f64 / took,
        lag: probe.lag().await?,
        measured,
    })
}

async fn run(
    server: &Server,
    probe: &mut Probe,
    shape: Shape,
    token: &str,
    length: Duration,
) -> Result<Ran> {
    let stream = Arc::new(Stream::new(shape, token.to_owned()));
    let source: Source = Arc::new(move || Some(stream.next_request()));
    let window = Window::after(WARM_UP, length);
    let measured = load::run(server.address, shape.connections(), window, source).await?;
    Ok(Ran {
        points_per_s: measured.per_second(window) * shape.readings() as f64,
        lag: probe.lag().await?,
        measured,
    })
}

/// Every rule fires as often as its device went beyond its threshold, and no more.
async fn fired(server: &Server, token: &str, meters: &Ran, report: &mut Report) -> Result<()> {
    let predicted = rules::predicted(usize::try_from(meters.measured.acknowledged)?);
    let raised = rules::raised(server, token, predicted).await?;
    report.require(raised == predicted, || {
        format!("{raised} alerts were raised, not {predicted}")
    });
    report.context("alerts", json!(raised));
    Ok(())
}

fn fill(bulk: &Ran, meters: &Ran, copied: f64, report: &mut Report) {
    for (name, ran) in [("bulk", bulk), ("meters", meters)] {
        report.require(ran.measured.refused == 0, || {
            let first = &ran.measured.first_refusal;
            format!(
                "{name}: {} requests were refused: {first:?}",
                ran.measured.refused
            )
        });
        let latencies = &ran.measured.latencies;
        report.context(
            name,
            json!({
                "requests": ran.measured.acknowledged, "lag_s": ran.lag.seconds,
                "p50_ms": latencies.ms_at(50.0), "p99_ms": latencies.ms_at(99.0),
            }),
        );
    }
    let must = |must: f64, aim: f64| Bound::AtLeast { must, aim };
    report.note("bulk: CSV of 1,000 readings of ten sensors, 400 a second in an open loop; meters: JSON of 3 readings of one of 5,000 devices on 256, with a threshold rule each");
    report.value(
        "bulk_points_per_s",
        bulk.points_per_s,
        must(80_000.0, 200_000.0),
    );
    report.value(
        "meter_points_per_s",
        meters.points_per_s,
        must(30_000.0, 60_000.0),
    );
    let lag = bulk.lag.seconds.max(meters.lag.seconds);
    let bound = Bound::AtMost {
        must: MOST_LAG_S,
        aim: 1.0,
    };
    report.value("lag_s", lag, bound);
    report.value("copy_points_per_s", copied, Bound::None);
    report.value("ratio_copy", bulk.points_per_s / copied, Bound::None);
}
