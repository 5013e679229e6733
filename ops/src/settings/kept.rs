//! Secrets that `flowgrid up` and `flowgrid keys new` draw, kept in files of their own.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;

/// Gives the file its name only when its bytes are on disk: an empty one, as a power cut may leave it,
/// would be no key and still be in the way of the next. Who comes second keeps the first one's.
///
/// # Errors
/// [`AlreadyExists`](std::io::ErrorKind::AlreadyExists) when there is one of this name; else when the
/// folder can't be written to.
pub fn keep(folder: &Path, name: &str, secret: &[u8]) -> std::io::Result<()> {
    let fresh = folder.join(format!("{name}.{}", std::process::id()));
    let _ = std::fs::remove_file(&fresh); // of a process before us with our number
    let mut opened = private(&fresh)?;
    opened.write_all(secret)?;
    opened.sync_all()?;
    let named = std::fs::hard_link(&fresh, folder.join(name));
    std::fs::remove_file(&fresh)?;
    named?;
    // The name as well, before anybody relies on it.
    File::open(folder)?.sync_all()
}

/// A folder that only its owner may look into, its own name on disk as well.
///
/// # Errors
/// When it can't be made.
pub fn private_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)?;
    match folder.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => File::open(parent)?.sync_all(),
        Some(_) | None => Ok(()),
    }
}

/// A new file that only its owner may read.
fn private(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
