//! The pieces of a body on their way into an [`Intake`], unpacked where they are compressed.

use std::io::{Error, Write};

use flate2::write::MultiGzDecoder;
use flowgrid_domain::readings::intake::Intake;

/// How a body is coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    Identity,
    Gzip,
}

/// Why a body's pieces can't be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// Unpacked, it is over its limit.
    TooLarge,
    /// What was compressed is damaged or breaks off.
    Damaged,
}

/// Takes the pieces of a body. Nothing that is unpacked is kept.
pub struct Unpacker(Way);

enum Way {
    Plain(Box<Sink>),
    Gzip(Box<MultiGzDecoder<Sink>>),
}

/// Where the unpacked bytes go.
struct Sink {
    intake: Intake,
    /// How many bytes may still come.
    left: usize,
    is_over: bool,
}

impl Write for Sink {
    fn write(&mut self, piece: &[u8]) -> std::io::Result<usize> {
        let Some(left) = self.left.checked_sub(piece.len()) else {
            self.is_over = true;
            return Err(Error::other("over the limit"));
        };
        self.left = left;
        // What can't matter any more is counted, but no longer read.
        self.intake.push(piece);
        Ok(piece.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Unpacker {
    /// `limit` is that of the unpacked body, in bytes.
    pub fn new(coding: Coding, intake: Intake, limit: usize) -> Self {
        let sink = Sink {
            intake,
            left: limit,
            is_over: false,
        };
        Self(match coding {
            Coding::Identity => Way::Plain(Box::new(sink)),
            Coding::Gzip => Way::Gzip(Box::new(MultiGzDecoder::new(sink))),
        })
    }

    pub fn push(&mut self, piece: &[u8]) -> Result<(), Unreadable> {
        let taken = match &mut self.0 {
            Way::Plain(sink) => sink.write_all(piece),
            Way::Gzip(decoder) => decoder.write_all(piece),
        };
        taken.map_err(|_| self.why())
    }

    /// The body is over.
    pub fn finish(mut self) -> Result<Intake, Unreadable> {
        if let Way::Gzip(decoder) = &mut self.0
            && decoder.try_finish().is_err()
        {
            return Err(self.why());
        }
        match self.0 {
            Way::Plain(sink) => Ok(sink.intake),
            Way::Gzip(decoder) => match decoder.finish() {
                Ok(sink) => Ok(sink.intake),
                Err(_) => Err(Unreadable::Damaged),
            },
        }
    }

    fn why(&self) -> Unreadable {
        let sink = match &self.0 {
            Way::Plain(sink) => sink,
            Way::Gzip(decoder) => decoder.get_ref(),
        };
        if sink.is_over {
            Unreadable::TooLarge
        } else {
            Unreadable::Damaged
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use flowgrid_domain::readings::intake::{Format, Gathered};

    use super::*;

    const CSV: &[u8] = b"sensor,time,value\na,2026-05-01T00:00:00Z,1\nb,2026-05-01T00:00:00Z,2\n";

    fn packed(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn unpack<'a>(
        pieces: impl IntoIterator<Item = &'a [u8]>,
        coding: Coding,
        limit: usize,
    ) -> Result<Gathered, Unreadable> {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let mut unpacker = Unpacker::new(coding, Intake::new(Format::Csv, None, now), limit);
        for piece in pieces {
            unpacker.push(piece)?;
        }
        Ok(unpacker.finish()?.finish().unwrap())
    }

    #[test]
    fn a_body_says_the_same_wherever_it_is_cut_and_however_it_is_coded() {
        let expected = unpack([CSV], Coding::Identity, 1_000).unwrap();
        assert_eq!(expected.rows.len(), 2);
        let one = packed(CSV);
        // Members one after the other are one body.
        let two = [packed(&CSV[..40]), packed(&CSV[40..])].concat();
        for (coding, body) in [
            (Coding::Identity, CSV),
            (Coding::Gzip, &one),
            (Coding::Gzip, &two),
        ] {
            for cut in 0..=body.len() {
                let (before, after) = body.split_at(cut);
                let found = unpack([before, after], coding, 1_000);
                assert_eq!(found.as_ref(), Ok(&expected), "{coding:?} cut at {cut}");
            }
            let bytes = unpack(body.chunks(1), coding, 1_000);
            assert_eq!(bytes.as_ref(), Ok(&expected), "{coding:?} byte by byte");
        }
    }

    #[test]
    fn what_breaks_off_or_is_damaged_is_refused() {
        let whole = packed(CSV);
        for end in 0..whole.len() {
            let found = unpack([&whole[..end]], Coding::Gzip, 1_000);
            assert_eq!(found, Err(Unreadable::Damaged), "cut off at {end}");
        }
        let mut wrong = whole.clone();
        let end = wrong.len() - 6;
        wrong[end] ^= 1;
        assert_eq!(
            unpack([&*wrong], Coding::Gzip, 1_000),
            Err(Unreadable::Damaged)
        );
        assert_eq!(unpack([CSV], Coding::Gzip, 1_000), Err(Unreadable::Damaged));
        let behind = [&*whole, b"rest"].concat();
        assert_eq!(
            unpack([&*behind], Coding::Gzip, 1_000),
            Err(Unreadable::Damaged)
        );
    }

    #[test]
    fn a_bomb_is_noticed_before_it_is_large() {
        let bomb = packed(&vec![b'\n'; 50_000_000]);
        assert!(bomb.len() < 100_000);
        assert_eq!(
            unpack([&*bomb], Coding::Gzip, 1_000_000),
            Err(Unreadable::TooLarge)
        );
        assert_eq!(
            unpack([CSV], Coding::Identity, CSV.len() - 1),
            Err(Unreadable::TooLarge)
        );
        assert!(unpack([CSV], Coding::Identity, CSV.len()).is_ok());
    }
}
