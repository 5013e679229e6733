//! Faults in random order, from a seed.

use std::time::Duration;

use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};

use crate::kind::Kind;

/// Between two faults of one hand, in ms.
const PAUSE_MS: std::ops::Range<u64> = 500..4_000;
/// How long what lasts for a while lasts, in ms.
const LENGTH_MS: std::ops::Range<u64> = 1_000..5_000;

/// One fault to strike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Card {
    pub(crate) kind: Kind,
    /// How long to wait before it.
    pub(crate) pause: Duration,
    /// How long it lasts, where that is ours to say.
    pub(crate) length: Duration,
    /// Draws the victim among those there are.
    pub(crate) lot: u64,
}

/// Cards without end. Each kind comes once before any comes twice, so none is forgotten in a short run.
#[derive(Debug)]
pub(crate) struct Deck {
    kinds: Vec<Kind>,
    left: Vec<Kind>,
    random: StdRng,
    rounds: u64,
}

impl Deck {
    /// `hand` tells apart the decks of one run.
    pub(crate) fn new(seed: u64, hand: u64, kinds: Vec<Kind>) -> Self {
        Self {
            kinds,
            left: Vec::new(),
            random: StdRng::seed_from_u64(seed.wrapping_mul(31).wrapping_add(hand)),
            rounds: 0,
        }
    }

    /// How often every card has been drawn.
    pub(crate) fn rounds(&self) -> u64 {
        self.rounds - u64::from(!self.left.is_empty())
    }

    /// `None` when there is no card at all.
    pub(crate) fn draw(&mut self) -> Option<Card> {
        if self.left.is_empty() && !self.kinds.is_empty() {
            self.left.clone_from(&self.kinds);
            self.left.shuffle(&mut self.random);
            self.rounds += 1;
        }
        let kind = self.left.pop()?;
        let random = &mut self.random;
        Some(Card {
            kind,
            pause: Duration::from_millis(random.random_range(PAUSE_MS)),
            length: Duration::from_millis(random.random_range(LENGTH_MS)),
            lot: random.random(),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::kind::{OF_PROCESSES, OF_SERVERS};

    #[test]
    fn the_same_seed_draws_the_same_cards() {
        let draw = |seed, hand| {
            let mut deck = Deck::new(seed, hand, OF_SERVERS.to_vec());
            (0..40).map(|_| deck.draw()).collect::<Vec<_>>()
        };
        assert_eq!(draw(7, 0), draw(7, 0));
        assert_ne!(draw(7, 0), draw(8, 0));
        assert_ne!(draw(7, 0), draw(7, 1));
    }

    #[test]
    fn every_kind_comes_once_a_round() {
        let mut deck = Deck::new(1, 0, OF_PROCESSES.to_vec());
        for round in 1..4 {
            let kinds: HashSet<Kind> = OF_PROCESSES
                .iter()
                .filter_map(|_| Some(deck.draw()?.kind))
                .collect();
            assert_eq!(kinds.len(), OF_PROCESSES.len());
            assert_eq!(deck.rounds(), round);
        }
        assert!(Deck::new(1, 0, Vec::new()).draw().is_none());
    }
}
