//! How long a login takes that fails: for an address that somebody has, and for one that nobody has.

use std::time::Instant;

use super::people::{self, People};
use crate::Result;
use crate::histogram::median;
use crate::http::Client;
use crate::report::{Bound, Report};
use crate::server::Server;

/// Pairs of tries, one at a time.
const PAIRS: usize = 150;

pub(crate) async fn measure(server: &Server, people: &People, report: &mut Report) -> Result<()> {
    let mut client = Client::connect(server.address).await?;
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for (n, person) in people.all().cycle().take(PAIRS).enumerate() {
        known.push(try_ms(&mut client, &person.guess()).await?);
        unknown.push(try_ms(&mut client, &people::guess_at_nobody(n)).await?);
    }
    let difference = (median(&known) - median(&unknown)).abs();
    report.value("login_known_ms", median(&known), Bound::None);
    report.value("login_unknown_ms", median(&unknown), Bound::None);
    report.value("login_difference_ms", difference, Bound::None);
    report.value(
        "login_noise_ms",
        noise(&known).max(noise(&unknown)),
        Bound::None,
    );
    report.note(format!(
        "login_difference_ms: of the medians of {PAIRS} wrong passwords each, in turn; login_noise_ms: half the \
         distance between the quartiles of one kind"
    ));
    Ok(())
}

async fn try_ms(client: &mut Client, request: &[u8]) -> Result<f64> {
    let sent = Instant::now();
    let answer = client.send(request).await?;
    if answer.status != 401 {
        return Err(format!("a wrong password was answered with {}", answer.describe()).into());
    }
    Ok(sent.elapsed().as_secs_f64() * 1_000.0)
}

fn noise(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = |part: usize| sorted.get(sorted.len() * part / 4).copied().unwrap_or(0.0);
    (at(3) - at(1)) / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_is_half_the_middle_half() {
        assert_eq!(noise(&[]), 0.0);
        let values: Vec<f64> = (0..100).map(f64::from).collect();
        assert_eq!(noise(&values), 25.0);
    }
}
