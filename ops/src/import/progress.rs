//! One line at the terminal that says how far it is; nothing where nobody looks.

use std::io::{IsTerminal, Write, stderr};
use std::time::{Duration, Instant};

const WIDTH: u64 = 30;
/// How often the line is drawn.
const PAUSE: Duration = Duration::from_millis(100);

pub(super) struct Progress {
    total: u64,
    is_seen: bool,
    started: Instant,
    drawn: Option<Instant>,
}

impl Progress {
    /// Of so many bytes.
    pub fn of(total: u64) -> Self {
        Self {
            total,
            is_seen: stderr().is_terminal(),
            started: Instant::now(),
            drawn: None,
        }
    }

    pub fn show(&mut self, read: u64, readings: u64) {
        if !self.is_seen || self.drawn.is_some_and(|at| at.elapsed() < PAUSE) {
            return;
        }
        self.drawn = Some(Instant::now());
        let seconds = self.started.elapsed().as_secs_f64();
        let line = line(read, self.total, readings, seconds);
        let _ = write!(stderr(), "\r{line}\x1b[K"); // a terminal that is gone stops nothing
        let _ = stderr().flush();
    }

    /// The line is left to what comes next.
    pub fn end(&self) {
        if self.drawn.is_some() {
            let _ = write!(stderr(), "\r\x1b[K");
        }
    }
}

fn line(read: u64, total: u64, readings: u64, seconds: f64) -> String {
    let share = read.min(total) * 100 / total.max(1);
    let filled = share * WIDTH / 100;
    let bar: String = (0..WIDTH)
        .map(|at| if at < filled { '=' } else { ' ' })
        .collect();
    let rate = readings as f64 / seconds.max(0.001);
    format!("[{bar}] {share:3} %  {readings} readings, {rate:.0}/s")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_how_far_it_is() {
        let half = line(50, 100, 1_000, 2.0);
        let expected = "[===============               ]  50 %  1000 readings, 500/s";
        assert_eq!(half, expected);
        assert!(line(0, 0, 0, 0.0).contains("  0 %"));
    }
}
