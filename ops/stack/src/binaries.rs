//! Finds the servers' binaries on this machine.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::StackError;

/// The oldest Postgres that will do.
pub const MIN_POSTGRES: u32 = 15;
/// The oldest nats-server that will do: the first with atomic batches.
pub const MIN_NATS: &str = "2.12.0";

/// A folder with Postgres' server binaries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostgresBinaries {
    /// The folder that holds `postgres` and `initdb`.
    pub bin: PathBuf,
    /// Major version, such as 17.
    pub major: u32,
    /// Full version, such as `17.5`.
    pub version: String,
}

impl PostgresBinaries {
    /// The path of one program of this Postgres.
    pub fn program(&self, name: &str) -> PathBuf {
        self.bin.join(name)
    }
}

/// The Postgres to use for new data: from PATH, else the newest in `/usr/lib/postgresql` and Homebrew's
/// folders.
///
/// # Errors
/// [`StackError::PostgresMissing`].
pub fn find_postgres() -> Result<PostgresBinaries, StackError> {
    postgres_candidates()
        .next()
        .ok_or(StackError::PostgresMissing {
            least: MIN_POSTGRES,
        })
}

/// The Postgres to use for data that `major` made: another one would refuse it.
pub(crate) fn find_postgres_major(major: u32, data: &Path) -> Result<PostgresBinaries, StackError> {
    postgres_candidates()
        .find(|found| found.major == major)
        .ok_or_else(|| StackError::PostgresMajorMissing {
            data: data.to_path_buf(),
            major,
        })
}

fn postgres_candidates() -> impl Iterator<Item = PostgresBinaries> {
    let on_path = path_dirs()
        .into_iter()
        .filter_map(|dir| dir.join("postgres").canonicalize().ok())
        .filter_map(|program| program.parent().map(Path::to_path_buf));
    let homebrew = [
        "/opt/homebrew/opt",
        "/usr/local/opt",
        "/home/linuxbrew/.linuxbrew/opt",
    ];
    let mut kept: Vec<PathBuf> = children("/usr/lib/postgresql");
    kept.extend(homebrew.into_iter().flat_map(children).filter(|dir| {
        dir.file_name()
            .is_some_and(|n| n.to_string_lossy().starts_with("postgresql"))
    }));
    // Newest first; the number stands at the end of both kinds of folder.
    kept.sort_by_key(|dir| std::cmp::Reverse(trailing_number(dir)));
    on_path
        .chain(kept.into_iter().map(|dir| dir.join("bin")))
        .filter_map(|bin| postgres_at(&bin))
}

fn postgres_at(bin: &Path) -> Option<PostgresBinaries> {
    if !bin.join("initdb").is_file() {
        return None;
    }
    // `postgres (PostgreSQL) 17.5 (Debian 17.5-1)`
    let said = say_version(&bin.join("postgres"))?;
    let version = said.split_whitespace().nth(2)?.to_owned();
    let digits = version.split(|c: char| !c.is_ascii_digit()).next()?;
    let major = digits.parse().ok().filter(|major| *major >= MIN_POSTGRES)?;
    Some(PostgresBinaries {
        bin: bin.to_path_buf(),
        major,
        version,
    })
}

/// The nats-server on PATH if it is new enough, else the one in `tools`.
///
/// # Errors
/// [`StackError::NatsMissing`].
pub fn find_nats(tools: &Path) -> Result<PathBuf, StackError> {
    path_dirs()
        .into_iter()
        .chain([tools.to_path_buf()])
        .map(|dir| dir.join("nats-server"))
        .filter(|program| program.is_file())
        .find(|program| {
            nats_version(program).is_some_and(|found| numbers(&found) >= numbers(MIN_NATS))
        })
        .ok_or_else(|| StackError::NatsMissing {
            least: MIN_NATS,
            tools: tools.to_path_buf(),
        })
}

/// The version a nats-server binary says it has, such as `2.15.1`; `None` when it does not run.
pub fn nats_version(program: &Path) -> Option<String> {
    // `nats-server: v2.15.1`
    let said = say_version(program)?;
    Some(said.trim().split_once(": v")?.1.to_owned())
}

/// The folder of our own tools, which `ops/setup` fills: `FLOWGRID_TOOLS`, else `flowgrid/tools` in
/// `XDG_DATA_HOME` or `~/.local/share`.
pub fn tools_dir() -> PathBuf {
    let set = |name: &str| {
        env::var_os(name)
            .filter(|v| !v.is_empty())
            .map(PathBuf::from)
    };
    set("FLOWGRID_TOOLS").unwrap_or_else(|| {
        set("XDG_DATA_HOME")
            .unwrap_or_else(|| set("HOME").unwrap_or_default().join(".local/share"))
            .join("flowgrid/tools")
    })
}

fn say_version(program: &Path) -> Option<String> {
    let out = Command::new(program).arg("--version").output().ok()?;
    out.status
        .success()
        .then(|| String::from_utf8_lossy(&out.stdout).into_owned())
}

fn path_dirs() -> Vec<PathBuf> {
    env::var_os("PATH").map_or_else(Vec::new, |path| env::split_paths(&path).collect())
}

fn children(dir: &str) -> Vec<PathBuf> {
    fs::read_dir(dir).map_or_else(
        |_| Vec::new(),
        |entries| entries.flatten().map(|entry| entry.path()).collect(),
    )
}

fn trailing_number(dir: &Path) -> u32 {
    dir.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .and_then(|name| {
            let start = name
                .rfind(|c: char| !c.is_ascii_digit())
                .map_or(0, |at| at + 1);
            name[start..].parse().ok()
        })
        .unwrap_or(0)
}

fn numbers(version: &str) -> Vec<u32> {
    version
        .split(|c: char| !c.is_ascii_digit())
        .map_while(|part| part.parse().ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_number() {
        assert!(numbers("2.9.25") < numbers(MIN_NATS));
        assert!(numbers("2.12.0") >= numbers(MIN_NATS));
        assert!(numbers("2.15.1-preview.2") >= numbers(MIN_NATS));
    }

    #[test]
    fn folders_sort_by_their_number() {
        assert_eq!(trailing_number(Path::new("/usr/lib/postgresql/17")), 17);
        assert_eq!(
            trailing_number(Path::new("/opt/homebrew/opt/postgresql@16")),
            16
        );
        assert_eq!(
            trailing_number(Path::new("/opt/homebrew/opt/postgresql")),
            0
        );
    }
}
