//! Damages the last block of a stream while NATS is down.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use crate::Result;

/// How much of the block's end may be cut off or altered, in bytes.
const REACH: u64 = 16 << 10;
/// How many bytes turn at most.
const TURNED: usize = 16;

/// Damages one stream, drawn by `lot`; `None` when no stream holds anything.
pub(super) fn damage(store: &Path, lot: u64) -> Result<Option<String>> {
    let mut random = StdRng::seed_from_u64(lot);
    let blocks = last_blocks(store)?;
    if blocks.is_empty() {
        return Ok(None);
    }
    let (stream, path) = &blocks[random.random_range(0..blocks.len())];
    let file = File::options().read(true).write(true).open(path)?;
    let length = file.metadata()?.len();
    let reach = REACH.min(length);
    if random.random_bool(0.5) {
        let cut = random.random_range(1..=reach);
        file.set_len(length - cut)?;
        return Ok(Some(format!("{stream}: the last {cut} bytes cut off")));
    }
    let at = length - random.random_range(1..=reach);
    let mut bytes = [0; TURNED];
    let read = file.read_at(&mut bytes, at)?;
    for byte in &mut bytes[..read] {
        *byte = !*byte;
    }
    file.write_all_at(&bytes[..read], at)?;
    let from_end = length - at;
    Ok(Some(format!(
        "{stream}: {read} bytes turned, {from_end} before the end"
    )))
}

/// Of each stream that holds something: its name and its newest block.
fn last_blocks(store: &Path) -> Result<Vec<(String, PathBuf)>> {
    let mut found = Vec::new();
    for account in children(&store.join("jetstream"))? {
        for stream in children(&account.join("streams"))? {
            let blocks = children(&stream.join("msgs"))?;
            let newest = blocks
                .into_iter()
                .filter_map(|path| Some((number(&path)?, path)))
                .filter(|(_, path)| fs::metadata(path).is_ok_and(|meta| meta.len() > 0))
                .max();
            if let (Some((_, path)), Some(name)) = (newest, stream.file_name()) {
                found.push((name.to_string_lossy().into_owned(), path));
            }
        }
    }
    found.sort();
    Ok(found)
}

/// `17.blk`
fn number(path: &Path) -> Option<u64> {
    path.file_name()?
        .to_str()?
        .strip_suffix(".blk")?
        .parse()
        .ok()
}

/// What lies in a folder; nothing when it isn't there.
fn children(folder: &Path) -> Result<Vec<PathBuf>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(folder)?.collect::<std::io::Result<Vec<_>>>()?;
    Ok(entries.into_iter().map(|entry| entry.path()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_block_is_damaged_and_no_other() {
        let store = tempfile::tempdir().unwrap();
        let msgs = store.path().join("jetstream/APP/streams/EV_1/msgs");
        fs::create_dir_all(&msgs).unwrap();
        for (name, bytes) in [
            ("9.blk", 100),
            ("10.blk", 200),
            ("11.blk", 0),
            ("index.db", 5),
        ] {
            fs::write(msgs.join(name), vec![7; bytes]).unwrap();
        }
        for lot in 0..10 {
            fs::write(msgs.join("10.blk"), vec![7; 200]).unwrap();
            let said = damage(store.path(), lot).unwrap().unwrap();
            assert!(said.starts_with("EV_1: "), "{said}");
            assert_ne!(fs::read(msgs.join("10.blk")).unwrap(), vec![7; 200]);
            assert_eq!(fs::read(msgs.join("9.blk")).unwrap(), vec![7; 100]);
        }
        assert!(damage(Path::new("/nowhere"), 1).unwrap().is_none());
    }
}
