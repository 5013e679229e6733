//! Line ends as one byte each, so that lines can be counted by them.

use std::io::Read;

/// Leaves carriage returns out, and ends the last line where the file doesn't.
pub(super) struct LineEnds<R> {
    inner: R,
    /// What came last; a file without a byte has no line to end.
    last: u8,
}

impl<R: Read> LineEnds<R> {
    pub fn of(inner: R) -> Self {
        Self { inner, last: b'\n' }
    }
}

impl<R: Read> Read for LineEnds<R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        loop {
            let read = self.inner.read(into)?;
            let mut kept = 0;
            for at in 0..read {
                if into[at] != b'\r' {
                    into[kept] = into[at];
                    kept += 1;
                }
            }
            if read == 0 && self.last != b'\n' && !into.is_empty() {
                into[0] = b'\n';
                kept = 1;
            }
            if kept > 0 {
                self.last = into[kept - 1];
            }
            // Nothing but carriage returns is not the end.
            if kept > 0 || read == 0 {
                return Ok(kept);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_ends_with_one_byte() {
        for (text, expected) in [
            ("a\r\nb\r\n", "a\nb\n"),
            ("a\nb", "a\nb\n"),
            ("\r\r\r", ""),
            ("", ""),
        ] {
            let mut found = Vec::new();
            let mut lines = LineEnds::of(text.as_bytes());
            let mut piece = [0; 2];
            loop {
                match lines.read(&mut piece).unwrap() {
                    0 => break,
                    read => found.extend_from_slice(&piece[..read]),
                }
            }
            assert_eq!(found, expected.as_bytes(), "{text:?}");
        }
    }
}
