//! Where files are kept that people upload.
//!
//! - `FILES_URL`: a folder, `file:///var/lib/flowgrid/files`; of the state folder where it isn't set.
//!   Processes of the role `api` must share it. Or a bucket of S3, `s3://<bucket>/<prefix>`, with the
//!   variables that its tools know: `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_REGION`, and
//!   `AWS_ENDPOINT` for a service that is not Amazon's. Without a key the machine's own role counts.

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
    let Some(text) = setting else {
        return in_folder(&state.join(FOLDER));
    };
    let url = Url::parse(text.trim()).ok();
    match url.as_ref().map(|url| (url, url.scheme())) {
        Some((url, "file")) => in_folder(&url.to_file_path().map_err(|()| wrong())?),
        Some((url, "s3")) => in_bucket(url),
        Some(_) | None => Err(wrong()),
    }
}

fn wrong() -> SettingError {
    SettingError::new(NAME, "expected file:///<folder> or s3://<bucket>/<prefix>")
}

fn in_folder(folder: &Path) -> Result<Files, SettingError> {
    Files::in_folder(folder).map_err(|error| SettingError::new(NAME, error.to_string()))
}

#[cfg(feature = "s3")]
fn in_bucket(url: &Url) -> Result<Files, SettingError> {
    let plain = url.username().is_empty()
        && url.password().is_none()
        && url.port().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    let bucket = url.host_str().filter(|_| plain).ok_or_else(wrong)?;
    let settings = std::env::vars().filter(|(name, _)| name.starts_with("AWS_"));
    Files::in_bucket(bucket, url.path(), settings)
        .map_err(|error| SettingError::new(NAME, error.to_string()))
}

#[cfg(not(feature = "s3"))]
fn in_bucket(_: &Url) -> Result<Files, SettingError> {
    Err(SettingError::new(
        NAME,
        "this build knows no S3: build it with --features s3",
    ))
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
            "s3://key:secret@bucket/x",
            "s3://bucket?versions",
            "s3:///files",
            "s3://b",
        ] {
            let refused = read(Some(bad.to_owned()), Path::new("/nowhere"));
            assert_eq!(refused.unwrap_err().name, NAME, "{bad}");
        }
    }

    #[test]
    fn a_bucket_is_known_where_it_is_built_in() {
        for good in ["s3://pictures", "s3://pictures/flowgrid/files/"] {
            let read = read(Some(good.to_owned()), Path::new("/nowhere"));
            assert_eq!(read.is_ok(), cfg!(feature = "s3"), "{good}");
        }
    }
}
