//! The file, unpacked where its name says that it is compressed, and how much of it was read.

use std::cell::Cell;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;
use std::rc::Rc;

use flate2::read::MultiGzDecoder;

pub(super) struct Input {
    bytes: Box<dyn Read>,
    total: u64,
    so_far: Rc<Cell<u64>>,
}

struct Counted {
    file: File,
    so_far: Rc<Cell<u64>>,
}

impl Read for Counted {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let read = self.file.read(into)?;
        self.so_far.set(self.so_far.get() + read as u64);
        Ok(read)
    }
}

impl Input {
    pub fn open(path: &Path) -> std::io::Result<Self> {
        let file = File::open(path)?;
        let total = file.metadata()?.len();
        let so_far = Rc::new(Cell::new(0));
        let counted = BufReader::new(Counted {
            file,
            so_far: Rc::clone(&so_far),
        });
        let is_packed = path
            .extension()
            .is_some_and(|end| end.eq_ignore_ascii_case("gz"));
        let bytes: Box<dyn Read> = if is_packed {
            Box::new(MultiGzDecoder::new(counted))
        } else {
            Box::new(counted)
        };
        Ok(Self {
            bytes,
            total,
            so_far,
        })
    }

    /// Bytes of the file, as it lies there.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// How many of them were read, now and later.
    pub fn read_so_far(&self) -> Rc<Cell<u64>> {
        Rc::clone(&self.so_far)
    }
}

impl Read for Input {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        self.bytes.read(into)
    }
}
