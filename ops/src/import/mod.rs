//! `flowgrid import readings`: a file's readings, in pieces through the public API.
//!
//! Each piece has an idempotency key that follows from where it stands and what it holds, so an import that
//! broke off is simply run again: what was recorded is not recorded twice.

mod columns;
mod file;
mod line_ends;
mod piece;
mod progress;
mod rows;
mod sender;
mod time;

use std::time::Instant;

use flowgrid_bus::Role;

use crate::tools::Server;
use crate::{Failure, cli};

use columns::Columns;
use file::Input;
use piece::Piece;
use progress::Progress;
use rows::Rows;
use sender::{Accepted, Sender};
use time::Times;

/// Imports a file and tells what became of it.
///
/// # Errors
/// When the file can't be read, or the server refuses a piece: with lines of the file.
pub async fn readings(options: cli::ImportReadings) -> Result<(), Failure> {
    let role = match options.on_conflict {
        cli::OnConflict::Correct => Role::Manager,
        cli::OnConflict::Ignore | cli::OnConflict::Reject => Role::User,
    };
    let server = Server::find(&options.server, role)?;
    let name = options.file.display().to_string();
    let named = |error: Failure| Failure::new(format!("{name}: {error}"));
    let input = Input::open(&options.file).map_err(|error| named(error.into()))?;
    let mut progress = Progress::of(input.total());
    let read = input.read_so_far();
    let times = Times::of(options.timezone);
    let mut rows = Rows::begin(input, times, |head| Columns::of(head, &options)).map_err(named)?;
    let sender = Sender::new(server, &options)?;
    let (started, mut sum) = (Instant::now(), Accepted::default());
    while let Some(piece) = Piece::fill(&mut rows, options.rows.into()).map_err(named)? {
        let accepted = sender.send(&piece).await;
        let accepted = accepted.map_err(|error| broken_off(&name, &sum, error))?;
        sum.add(&accepted);
        progress.show(read.get(), sum.accepted);
    }
    progress.end();
    println!(
        "{}",
        told(&name, &sum, started.elapsed().as_secs_f64(), &options)
    );
    Ok(())
}

fn broken_off(name: &str, sum: &Accepted, error: Failure) -> Failure {
    let before = match sum.accepted {
        0 => "nothing was imported".to_owned(),
        many => format!(
            "{many} readings before were imported; run it again when this is mended, and it goes on"
        ),
    };
    Failure::new(format!("{name}: {error}\n{before}"))
}

fn told(name: &str, sum: &Accepted, seconds: f64, options: &cli::ImportReadings) -> String {
    let what = if options.dry_run {
        "would be accepted"
    } else {
        "accepted"
    };
    let mut text = format!("{name}: {} readings {what} in {seconds:.1} s", sum.accepted);
    if sum.left_out > 0 {
        text += &format!(
            "; {} left out, as their sensor and time came before",
            sum.left_out
        );
    }
    text
}
