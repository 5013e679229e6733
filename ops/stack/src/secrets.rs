//! The servers' passwords: drawn once, kept in the state folder, readable by its owner only.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use crate::StackError;

/// One line a password, `name=password`.
const FILE: &str = "secrets";
const NAMES: [&str; 5] = ["postgres", "app", "relay", "analyst", "sys"];

/// The password of each user of the servers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Secrets {
    pub(crate) postgres: String,
    pub(crate) app: String,
    pub(crate) relay: String,
    pub(crate) analyst: String,
    pub(crate) sys: String,
}

impl Secrets {
    /// Reads the passwords; draws and keeps those that are missing.
    ///
    /// # Errors
    /// [`StackError::Io`], [`StackError::Random`].
    pub(crate) fn load(state: &Path) -> Result<Secrets, StackError> {
        let path = state.join(FILE);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(e) if e.kind() == io::ErrorKind::NotFound => String::new(),
            Err(e) => return Err(StackError::io("read", path)(e)),
        };
        let mut known: BTreeMap<String, String> = text
            .lines()
            .filter_map(|line| line.split_once('='))
            .map(|(name, password)| (name.to_owned(), password.to_owned()))
            .collect();
        let before = known.len();
        for name in NAMES {
            if !known.contains_key(name) {
                known.insert(name.to_owned(), draw()?);
            }
        }
        if known.len() > before {
            let text: String = known.iter().map(|(n, p)| format!("{n}={p}\n")).collect();
            write_private(&path, &text)?;
        }
        let mut take = |name: &str| known.remove(name).unwrap_or_default();
        Ok(Secrets {
            postgres: take("postgres"),
            app: take("app"),
            relay: take("relay"),
            analyst: take("analyst"),
            sys: take("sys"),
        })
    }
}

/// Replaces `path` as a whole with `text`, readable by its owner only from the first byte on.
pub(crate) fn write_private(path: &Path, text: &str) -> Result<(), StackError> {
    let fresh = path.with_extension("new");
    let write = || -> io::Result<()> {
        match fs::remove_file(&fresh) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
            _ => {}
        }
        let mut file = File::options()
            .create_new(true)
            .write(true)
            .mode(0o600)
            .open(&fresh)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&fresh, path)
    };
    write().map_err(StackError::io("write", path))
}

/// 192 random bits in hex: nothing in it needs quoting in a URL, in SQL or in a configuration file.
fn draw() -> Result<String, StackError> {
    let mut bytes = [0_u8; 24];
    getrandom::fill(&mut bytes).map_err(StackError::Random)?;
    Ok(bytes.iter().map(|b| format!("{b:02x}")).collect())
}
