//! Where files are kept: a folder, or a bucket of S3 and its kin.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt};
use object_store::local::LocalFileSystem;
use object_store::{Error, ObjectStore, ObjectStoreExt, path};
use tokio::time::timeout;
use uuid::Uuid;

/// How long the store may take.
pub(super) const LIMIT: Duration = Duration::from_secs(10);
/// The largest file that is read back, in bytes: larger ones aren't ours.
const LARGEST: u64 = 4 * 1024 * 1024;

/// An error of the file store. The text is for operators.
#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    /// Try again later.
    #[error("the file store is unavailable: {0}")]
    Unavailable(String),
    /// A file that we can't have written.
    #[error("corrupt: {0}")]
    Corrupt(String),
    /// A setting is wrong; the text says which and what would be right.
    #[error("{0}")]
    Setting(String),
}

/// A file's name. Made of ids alone, so that nobody can choose it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileKey(path::Path);

impl FileKey {
    /// One picture of a person. A new picture has a new id, so a cached one is never wrong.
    pub fn avatar(person: Uuid, picture: Uuid) -> Self {
        Self(path::Path::from_iter([
            "avatars".to_owned(),
            person.to_string(),
            format!("{picture}.webp"),
        ]))
    }
}

/// The most files of one person that are listed.
const MOST: usize = 1_000;

/// The file store. Cheap to clone.
#[derive(Clone)]
pub struct Files {
    store: Arc<dyn ObjectStore>,
}

/// Where it is, and not with which key.
impl fmt::Debug for Files {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Files({})", self.store)
    }
}

impl Files {
    /// In a folder, made where there is none. Files are whole or not there.
    ///
    /// # Errors
    /// When it can't be made.
    pub fn in_folder(folder: &Path) -> Result<Self, FilesError> {
        let made = std::fs::create_dir_all(folder);
        made.map_err(|error| FilesError::Setting(format!("the folder for files: {error}")))?;
        let store = LocalFileSystem::new_with_prefix(folder)
            .map_err(|error| FilesError::Setting(error.to_string()))?
            .with_automatic_cleanup(true)
            .with_fsync(true);
        Ok(Self {
            store: Arc::new(store),
        })
    }

    /// In a store of any other kind that the crate `object_store` knows.
    pub fn of(store: Arc<dyn ObjectStore>) -> Self {
        Self { store }
    }

    /// Keeps a file, in place of one with this key.
    ///
    /// # Errors
    /// When the store can't be reached.
    pub async fn put(&self, key: &FileKey, bytes: Bytes) -> Result<(), FilesError> {
        within(self.store.put(&key.0, bytes.into())).await?;
        Ok(())
    }

    /// A file, if it is there.
    ///
    /// # Errors
    /// When the store can't be reached, or the file is larger than any of ours.
    pub async fn get(&self, key: &FileKey) -> Result<Option<Bytes>, FilesError> {
        let read = async {
            let found = self.store.get(&key.0).await?;
            match found.meta.size {
                size if size > LARGEST => Ok(Err(size)),
                _ => found.bytes().await.map(Ok),
            }
        };
        match timeout(LIMIT, read).await {
            Err(_) => Err(too_slow()),
            Ok(Err(Error::NotFound { .. })) => Ok(None),
            Ok(Err(error)) => Err(unavailable(&error)),
            Ok(Ok(Err(size))) => Err(FilesError::Corrupt(format!("a file of {size} bytes"))),
            Ok(Ok(Ok(bytes))) => Ok(Some(bytes)),
        }
    }

    /// All files of a person, at most 1,000.
    ///
    /// # Errors
    /// When the store can't be reached.
    pub async fn of_person(&self, person: Uuid) -> Result<Vec<FileKey>, FilesError> {
        let folder = path::Path::from_iter(["avatars".to_owned(), person.to_string()]);
        let files = self.store.list(Some(&folder)).take(MOST);
        let files: Vec<_> = within(files.try_collect()).await?;
        let key = |file: object_store::ObjectMeta| FileKey(file.location);
        Ok(files.into_iter().map(key).collect())
    }

    /// Deletes all files of a person.
    ///
    /// # Errors
    /// When the store can't be reached.
    pub async fn delete_of_person(&self, person: Uuid) -> Result<(), FilesError> {
        loop {
            let files = self.of_person(person).await?;
            for file in &files {
                self.delete(file).await?;
            }
            if files.len() < MOST {
                return Ok(());
            }
        }
    }

    /// Deletes a file; that it isn't there is as good.
    ///
    /// # Errors
    /// When the store can't be reached.
    pub async fn delete(&self, key: &FileKey) -> Result<(), FilesError> {
        match timeout(LIMIT, self.store.delete(&key.0)).await {
            Err(_) => Err(too_slow()),
            Ok(Ok(()) | Err(Error::NotFound { .. })) => Ok(()),
            Ok(Err(error)) => Err(unavailable(&error)),
        }
    }
}

async fn within<T>(work: impl Future<Output = Result<T, Error>>) -> Result<T, FilesError> {
    match timeout(LIMIT, work).await {
        Err(_) => Err(too_slow()),
        Ok(done) => done.map_err(|error| unavailable(&error)),
    }
}

fn too_slow() -> FilesError {
    FilesError::Unavailable("no answer in time".into())
}

fn unavailable(error: &Error) -> FilesError {
    FilesError::Unavailable(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> (std::path::PathBuf, Files) {
        let folder = std::env::temp_dir().join(format!("flowgrid-files-{}", Uuid::new_v4()));
        let files = Files::in_folder(&folder).unwrap();
        (folder, files)
    }

    #[tokio::test]
    async fn a_file_is_kept_replaced_and_deleted() {
        let (folder, files) = folder();
        let key = FileKey::avatar(Uuid::nil(), Uuid::max());
        assert_eq!(files.get(&key).await.unwrap(), None);
        files.delete(&key).await.unwrap();
        files.put(&key, Bytes::from_static(b"one")).await.unwrap();
        files.put(&key, Bytes::from_static(b"two")).await.unwrap();
        let other = FileKey::avatar(Uuid::max(), Uuid::max());
        assert_eq!(files.get(&other).await.unwrap(), None);
        let found = files.get(&key).await.unwrap().unwrap();
        assert_eq!(found, Bytes::from_static(b"two"));
        // As a restart finds it.
        let again = Files::in_folder(&folder).unwrap();
        assert_eq!(again.get(&key).await.unwrap(), Some(found));
        files.delete(&key).await.unwrap();
        assert_eq!(files.get(&key).await.unwrap(), None);
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[tokio::test]
    async fn all_files_of_one_person_are_deleted_and_no_others() {
        let (folder, files) = folder();
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        assert_eq!(files.of_person(one).await.unwrap(), []);
        for picture in 3..6 {
            let key = FileKey::avatar(one, Uuid::from_u128(picture));
            files.put(&key, Bytes::from_static(b"x")).await.unwrap();
        }
        let others = FileKey::avatar(other, Uuid::from_u128(3));
        files.put(&others, Bytes::from_static(b"y")).await.unwrap();
        assert_eq!(files.of_person(one).await.unwrap().len(), 3);
        files.delete_of_person(one).await.unwrap();
        assert_eq!(files.of_person(one).await.unwrap(), []);
        assert!(files.get(&others).await.unwrap().is_some());
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[tokio::test]
    async fn a_file_that_cant_be_ours_is_not_read() {
        let (folder, files) = folder();
        let key = FileKey::avatar(Uuid::nil(), Uuid::nil());
        let large = vec![0; usize::try_from(LARGEST).unwrap() + 1];
        files.put(&key, large.into()).await.unwrap();
        let refused = files.get(&key).await;
        assert!(matches!(refused, Err(FilesError::Corrupt(_))));
        std::fs::remove_dir_all(folder).unwrap();
    }
}
