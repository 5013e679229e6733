//! A token bucket for what one connection sends.

use std::time::Instant;

/// How many refused messages, beyond the burst, end the connection.
const PATIENCE: f32 = 20.0;

/// What to do with one more message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Fine,
    /// Refused, and told so.
    Refused,
    /// It was told often enough.
    Enough,
}

/// Tokens come at a steady rate up to the burst; each message takes one, refused ones too.
#[derive(Debug)]
pub struct Bucket {
    tokens: f32,
    at: Instant,
    per_s: f32,
    burst: f32,
}

impl Bucket {
    pub fn new(per_s: u32, burst: u32, now: Instant) -> Self {
        Self {
            tokens: burst as f32,
            at: now,
            per_s: per_s as f32,
            burst: burst as f32,
        }
    }

    pub fn take(&mut self, now: Instant) -> Verdict {
        let passed = now.saturating_duration_since(self.at).as_secs_f32();
        self.at = now;
        self.tokens = (self.tokens + passed * self.per_s).min(self.burst) - 1.0;
        if self.tokens >= 0.0 {
            Verdict::Fine
        } else if self.tokens >= -PATIENCE {
            Verdict::Refused
        } else {
            Verdict::Enough
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_burst_passes_then_the_rate_rules() {
        let start = Instant::now();
        let mut bucket = Bucket::new(50, 100, start);
        for _ in 0..100 {
            assert_eq!(bucket.take(start), Verdict::Fine);
        }
        assert_eq!(bucket.take(start), Verdict::Refused);
        let later = start + Duration::from_secs(1);
        assert_eq!(bucket.take(later), Verdict::Fine);
    }

    #[test]
    fn who_goes_on_is_cut_off() {
        let start = Instant::now();
        let mut bucket = Bucket::new(50, 1, start);
        let verdicts: Vec<_> = (0..40).map(|_| bucket.take(start)).collect();
        assert!(verdicts.contains(&Verdict::Refused));
        assert_eq!(verdicts.last(), Some(&Verdict::Enough));
    }
}
