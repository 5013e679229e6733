//! Where files are kept that people upload.
//!
//! - `FILES_URL`: a folder, `file:///var/lib/flowgrid/files`; of the state folder where it isn't set.
//!   Processes of the role `api` must share it.

use std::path::Path;

use flowgrid_api::files::Files;
use url::Url;

use super::{SettingError, variable};

const NAME: &str = "FILES_URL";
/// The state folder's.
const FOLDER: &str = "files";

/// # Errors
/// When it can't be used.
pub fn files(state: &Path) -> Result<Files, SettingError> {
    read(variable(NAME), state)
}

fn read(setting: Option<String>, state: &Path) -> Result<Files, SettingError> {
    let folder = match setting {
        None => state.join(FOLDER),
        Some(text) => Url::parse(text.trim())
            .ok()
            .filter(|url| url.scheme() == "file")
            .and_then(|url| url.to_file_path().ok())
            .ok_or_else(|| SettingError::new(NAME, "expected file:///<folder>"))?,
    };
    Files::in_folder(&folder).map_err(|error| SettingError::new(NAME, error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_made_where_there_is_none() {
        let state = std::env::temp_dir().join(format!("flowgrid-state-{}", std::process::id()));
        read(None, &state).unwrap();
        assert!(state.join(FOLDER).is_dir());
        let other = state.join("a folder");
        let url = Url::from_file_path(&other).unwrap();
        read(Some(url.to_string()), &state).unwrap();
        assert!(other.is_dir());
        std::fs::remove_dir_all(state).unwrap();
    }

    #[test]
    fn what_names_no_folder_is_refused_by_name() {
        for bad in [
            "files",
            "/var/files",
            "file://host/files",
            "ftp://x/y",
            "s3:",
        ] {
            let refused = read(Some(bad.to_owned()), Path::new("/nowhere"));
            assert_eq!(refused.unwrap_err().name, NAME, "{bad}");
        }
    }
}
