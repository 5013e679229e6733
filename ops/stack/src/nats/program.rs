//! The nats-server binary, where the servers' user can run it.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

use crate::{
    StackError,
    binaries::{find_nats, tools_dir},
    place::{Place, open_to_others},
};

/// The binary itself; or, when it runs as another user who cannot reach it (root's home is closed), a copy
/// beside the data.
pub(super) fn reachable(place: &Place) -> Result<PathBuf, StackError> {
    let found = find_nats(&tools_dir())?;
    if !place.run_as.is_other() || open_to_others(&found) {
        return Ok(found);
    }
    let copy = place.folder("bin")?.join("nats-server");
    if !same(&found, &copy) {
        let fresh = copy.with_extension("new");
        fs::copy(&found, &fresh).map_err(StackError::io("copy", &found))?;
        place.run_as.own(&fresh)?;
        // Its bytes before its name: a power cut could leave one of the right length with holes.
        File::open(&fresh)
            .and_then(|file| file.sync_all())
            .map_err(StackError::io("sync", &fresh))?;
        fs::rename(&fresh, &copy).map_err(StackError::io("move", fresh))?;
    }
    Ok(copy)
}

/// Same length, and the copy is not older.
fn same(found: &Path, copy: &Path) -> bool {
    let facts = |path: &Path| fs::metadata(path).and_then(|m| Ok((m.len(), m.modified()?)));
    match (facts(found), facts(copy)) {
        (Ok((length, changed)), Ok((copied, at))) => length == copied && at >= changed,
        _ => false,
    }
}
