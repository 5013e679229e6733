//! Files in a bucket of S3, or of a service that speaks like it.

use std::sync::Arc;

use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{ClientConfigKey, RetryConfig};

use super::store::LIMIT;
use super::{Files, FilesError};

/// How long one attempt may take: half of what a request waits for the store.
const ATTEMPT: &str = "5s";
/// The variable that says where another service than Amazon's is.
const ENDPOINT: &str = "AWS_ENDPOINT";

impl Files {
    /// In a bucket, below a prefix. `settings` are the variables that tools of S3 know, such as
    /// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_REGION` and `AWS_ENDPOINT`; others are left
    /// out. Without a key the machine's or the container's own role counts. The bucket must be there;
    /// nothing is asked of it before the first file.
    ///
    /// # Errors
    /// When a setting can't be used.
    pub fn in_bucket(
        bucket: &str,
        prefix: &str,
        settings: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, FilesError> {
        if !is_bucket(bucket) {
            let right = "a bucket's name is 3 to 63 lower-case letters, digits, dots and hyphens";
            return Err(FilesError::Setting(right.into()));
        }
        // Fails where another part of the process was faster, with the same provider.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let attempt = AmazonS3ConfigKey::Client(ClientConfigKey::Timeout);
        let mut builder = AmazonS3Builder::new()
            .with_config(attempt, ATTEMPT)
            // One by one is what every service knows.
            .with_disable_bulk_delete(true)
            .with_retry(RetryConfig {
                max_retries: 2,
                retry_timeout: LIMIT,
                ..RetryConfig::default()
            });
        for (name, value) in settings {
            if name == ENDPOINT && value.starts_with("http://") {
                builder = builder.with_allow_http(true);
            }
            if let Ok(key) = name.to_ascii_lowercase().parse() {
                builder = builder.with_config(key, value);
            }
        }
        let wrong = |error: &dyn std::fmt::Display| FilesError::Setting(error.to_string());
        let store = builder.with_bucket_name(bucket).build();
        let store = store.map_err(|error| wrong(&error))?;
        let prefix = Path::parse(prefix).map_err(|error| wrong(&error))?;
        Ok(Self::of(Arc::new(PrefixStore::new(store, prefix))))
    }
}

fn is_bucket(name: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'-');
    (3..=63).contains(&name.len()) && name.bytes().all(allowed)
}
