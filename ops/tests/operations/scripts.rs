//! The scripts that the runbooks name.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Runs `ops/runbooks/<name>`; what it says, when it succeeds.
pub fn script(name: &str, arguments: &[&str], environment: &[(&str, &str)]) -> String {
    let (succeeded, said) = run(name, arguments, environment);
    assert!(succeeded, "{name} {arguments:?}: {said}");
    said
}

/// The same of one that must refuse.
pub fn refused(name: &str, arguments: &[&str]) -> String {
    let (succeeded, said) = run(name, arguments, &[]);
    assert!(!succeeded, "{name} {arguments:?}: {said}");
    said
}

fn run(name: &str, arguments: &[&str], environment: &[(&str, &str)]) -> (bool, String) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("runbooks")
        .join(name);
    let output = Command::new(&path)
        .args(arguments)
        .envs(environment.iter().copied())
        .output()
        .unwrap();
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    (output.status.success(), said)
}

/// A folder that Postgres may write to, whoever it runs as.
pub fn open_folder(path: &Path) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    std::fs::create_dir_all(path).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o777)).unwrap();
    path.to_owned()
}

/// `uid:gid` of whoever owns it.
pub fn owner(path: &Path) -> String {
    use std::os::unix::fs::MetadataExt;
    let found = std::fs::metadata(path).unwrap();
    format!("{}:{}", found.uid(), found.gid())
}
