//! What a file holds: as programs see it, and as it would be found after a power cut.

use std::collections::HashMap;

use rand::RngExt;
use rand::rngs::StdRng;

/// What a disk writes whole or not at all, in bytes.
const SECTOR: usize = 512;
/// Unsynced bytes of one file beyond which the oldest changes reach the disk by themselves, as a
/// kernel's own write-back would have it.
const WRITTEN_BACK_BEYOND: usize = 64 * 1024 * 1024;

/// One change that was not synced yet.
#[derive(Debug)]
enum Change {
    Write { at: usize, data: Box<[u8]> },
    Length(usize),
}

/// A file's bytes.
#[derive(Debug, Default)]
pub(crate) struct Content {
    live: Vec<u8>,
    durable: Vec<u8>,
    /// In the order in which they were made.
    unsynced: Vec<Change>,
    unsynced_bytes: usize,
}

/// How a power cut treats the unsynced changes of one file.
#[derive(Debug)]
enum Fate {
    Nothing,
    Everything,
    /// So many whole changes, and of the next one so many sectors.
    Torn {
        whole: usize,
        sectors: usize,
    },
    /// Each sector stopped at a moment of its own.
    Scattered,
}

impl Content {
    pub(crate) fn len(&self) -> usize {
        self.live.len()
    }

    /// At most `len` bytes at `at`, fewer at the end.
    pub(crate) fn read(&self, at: usize, len: usize) -> &[u8] {
        let end = at.saturating_add(len).min(self.live.len());
        self.live.get(at..end).unwrap_or_default()
    }

    pub(crate) fn write(&mut self, at: usize, data: &[u8]) {
        put(&mut self.live, at, data);
        self.unsynced_bytes += data.len();
        self.unsynced.push(Change::Write {
            at,
            data: data.into(),
        });
        if self.unsynced_bytes > WRITTEN_BACK_BEYOND {
            self.write_back();
        }
    }

    pub(crate) fn set_len(&mut self, len: usize) {
        self.live.resize(len, 0);
        self.unsynced.push(Change::Length(len));
    }

    /// Makes everything durable.
    pub(crate) fn sync(&mut self) {
        for change in self.unsynced.drain(..) {
            apply(&mut self.durable, &change);
        }
        self.unsynced_bytes = 0;
    }

    /// The older half reaches the disk.
    fn write_back(&mut self) {
        let half = self.unsynced.len().div_ceil(2);
        for change in self.unsynced.drain(..half) {
            if let Change::Write { data, .. } = &change {
                self.unsynced_bytes -= data.len();
            }
            apply(&mut self.durable, &change);
        }
    }

    /// Forgets what was not synced, or some of it. Answers how many unsynced changes there were.
    pub(crate) fn cut(&mut self, random: &mut StdRng) -> usize {
        let changes = std::mem::take(&mut self.unsynced);
        self.unsynced_bytes = 0;
        if !changes.is_empty() {
            match fate(&changes, random) {
                Fate::Nothing => {}
                Fate::Everything => changes.iter().for_each(|c| apply(&mut self.durable, c)),
                Fate::Torn { whole, sectors } => self.tear(&changes, whole, sectors),
                Fate::Scattered => self.scatter(&changes, random),
            }
        }
        self.live.clone_from(&self.durable);
        changes.len()
    }

    /// Changes survive in order up to a moment within one write.
    fn tear(&mut self, changes: &[Change], whole: usize, sectors: usize) {
        for change in &changes[..whole] {
            apply(&mut self.durable, change);
        }
        if let Some(Change::Write { at, data }) = changes.get(whole) {
            for piece in pieces(*at, data).take(sectors) {
                put(&mut self.durable, piece.at, piece.data);
            }
        }
    }

    /// Sectors reach the disk in any order: each holds what it held at some moment since the last
    /// sync. Lengths go through the file system's journal, so they survive in order; nothing that was
    /// written after a lost one survives.
    fn scatter(&mut self, changes: &[Change], random: &mut StdRng) {
        let lengths =
            || (0..changes.len()).filter(|n| matches!(changes.get(*n), Some(Change::Length(_))));
        let lost = random.random_range(0..=lengths().count());
        let end = lengths().nth(lost).unwrap_or(changes.len());
        let mut stopped: HashMap<usize, usize> = HashMap::new();
        for (n, change) in changes[..end].iter().enumerate() {
            match change {
                Change::Length(len) => self.durable.resize(*len, 0),
                Change::Write { at, data } => {
                    for piece in pieces(*at, data) {
                        let moment = *stopped
                            .entry(piece.at / SECTOR)
                            .or_insert_with(|| random.random_range(0..=end));
                        if n < moment {
                            put(&mut self.durable, piece.at, piece.data);
                        }
                    }
                }
            }
        }
    }
}

fn fate(changes: &[Change], random: &mut StdRng) -> Fate {
    match random.random_range(0..8_u8) {
        0..3 => Fate::Nothing,
        3 => Fate::Everything,
        4..6 => {
            let whole = random.random_range(0..changes.len());
            let sectors = match changes.get(whole) {
                Some(Change::Write { at, data }) => pieces(*at, data).count(),
                _ => 0,
            };
            Fate::Torn {
                whole,
                sectors: random.random_range(0..=sectors),
            }
        }
        _ => Fate::Scattered,
    }
}

/// The part of a write that lies in one sector.
struct Piece<'a> {
    at: usize,
    data: &'a [u8],
}

fn pieces(at: usize, data: &[u8]) -> impl Iterator<Item = Piece<'_>> {
    let mut done = 0;
    std::iter::from_fn(move || {
        let start = at + done;
        let end = (done + SECTOR - start % SECTOR).min(data.len());
        let piece = data.get(done..end).filter(|piece| !piece.is_empty())?;
        done = end;
        Some(Piece {
            at: start,
            data: piece,
        })
    })
}

fn apply(to: &mut Vec<u8>, change: &Change) {
    match change {
        Change::Write { at, data } => put(to, *at, data),
        Change::Length(len) => to.resize(*len, 0),
    }
}

/// Writes beyond the end leave zeros before them.
fn put(to: &mut Vec<u8>, at: usize, data: &[u8]) {
    let end = at + data.len();
    if to.len() < end {
        to.resize(end, 0);
    }
    to[at..end].copy_from_slice(data);
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    #[test]
    fn what_was_synced_survives_every_cut() {
        for seed in 0..500 {
            let mut random = StdRng::seed_from_u64(seed);
            let mut content = Content::default();
            content.write(100, &[1; 5_000]);
            content.sync();
            content.write(10_000, &[2; 3_000]);
            content.write(0, &[3; 50]);
            content.set_len(11_000);
            content.cut(&mut random);
            assert_eq!(content.read(100, 5_000), &[1; 5_000], "seed {seed}");
            assert!(content.len() <= 13_000);
        }
    }

    #[test]
    fn a_sector_holds_what_it_held_at_some_moment() {
        for seed in 0..500 {
            let mut random = StdRng::seed_from_u64(seed);
            let mut content = Content::default();
            content.write(0, &[0; 4 * SECTOR]);
            content.sync();
            for age in 1..=9 {
                content.write(0, &[age; 4 * SECTOR]);
            }
            content.cut(&mut random);
            for sector in content.read(0, 4 * SECTOR).chunks(SECTOR) {
                assert!(sector.iter().all(|byte| *byte == sector[0]), "seed {seed}");
            }
        }
    }

    #[test]
    fn cuts_lose_keep_tear_and_scatter() {
        let mut seen = HashMap::new();
        for seed in 0..500 {
            let mut random = StdRng::seed_from_u64(seed);
            let mut content = Content::default();
            content.write(0, &[1; 3 * SECTOR]);
            content.cut(&mut random);
            let mut sectors: Vec<u8> = content.live.iter().step_by(SECTOR).copied().collect();
            sectors.resize(3, 0);
            *seen.entry(sectors).or_insert(0) += 1;
        }
        for expected in [
            [0, 0, 0],
            [1, 1, 1],
            [1, 0, 0],
            [1, 1, 0],
            [0, 1, 0],
            [0, 0, 1],
        ] {
            assert!(seen.contains_key(expected.as_slice()), "{seen:?}");
        }
    }

    #[test]
    fn nothing_written_after_a_lost_length_survives() {
        for seed in 0..500 {
            let mut random = StdRng::seed_from_u64(seed);
            let mut content = Content::default();
            content.write(0, &[1; SECTOR]);
            content.sync();
            content.set_len(0);
            content.write(0, &[2; 10]);
            content.cut(&mut random);
            let mixed =
                content.read(0, SECTOR) != [1; SECTOR].as_slice() && content.len() == SECTOR;
            assert!(!mixed, "seed {seed}");
        }
    }

    #[test]
    fn the_same_seed_cuts_the_same() {
        let run = || {
            let mut random = StdRng::seed_from_u64(7);
            let mut content = Content::default();
            for n in 0..50_u8 {
                content.write(usize::from(n) * 300, &[n; 700]);
            }
            content.cut(&mut random);
            content.live
        };
        assert_eq!(run(), run());
    }

    #[test]
    fn a_file_that_is_never_synced_is_written_back() {
        let mut content = Content::default();
        let megabyte = vec![1; 1024 * 1024];
        for _ in 0..200 {
            content.write(0, &megabyte);
        }
        assert!(content.unsynced_bytes <= WRITTEN_BACK_BEYOND);
    }
}
