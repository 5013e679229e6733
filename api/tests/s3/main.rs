//! Files in a bucket, over HTTP.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod service;

use bytes::Bytes;
use flowgrid_api::files::{FileKey, Files, FilesError};
use uuid::Uuid;

use crate::service::{KEY_ID, Service};

const SECRET: &str = "hunter2-and-more-of-it";

fn files(endpoint: &str) -> Files {
    let settings = [
        ("AWS_ENDPOINT", endpoint),
        ("AWS_ACCESS_KEY_ID", KEY_ID),
        ("AWS_SECRET_ACCESS_KEY", SECRET),
        ("AWS_REGION", "eu-central-1"),
        ("AWS_EXECUTION_ENV", "no setting of the store"),
    ];
    let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned()));
    Files::in_bucket("pictures", "flowgrid/files", settings).unwrap()
}

#[tokio::test]
async fn a_file_is_kept_replaced_listed_and_deleted_in_a_bucket() {
    let service = Service::start().await;
    let files = files(&service.url());
    let (anna, ben) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let (old, new) = (FileKey::avatar(anna, anna), FileKey::avatar(anna, ben));
    assert_eq!(files.get(&old).await.unwrap(), None);
    files.delete(&old).await.unwrap();
    for text in ["one", "two"] {
        files
            .put(&old, Bytes::from_static(text.as_bytes()))
            .await
            .unwrap();
    }
    files.put(&new, Bytes::from_static(b"new")).await.unwrap();
    let others = FileKey::avatar(ben, ben);
    files
        .put(&others, Bytes::from_static(b"Ben's"))
        .await
        .unwrap();
    let found = files.get(&old).await.unwrap().unwrap();
    assert_eq!(found, Bytes::from_static(b"two"));
    let path = format!("pictures/flowgrid/files/avatars/{anna}/{anna}.webp");
    assert_eq!(service.stored(&path).unwrap(), b"two");
    assert_eq!(files.of_person(anna).await.unwrap(), [old, new]);
    files.delete_of_person(anna).await.unwrap();
    assert_eq!(files.of_person(anna).await.unwrap(), []);
    assert_eq!(files.get(&others).await.unwrap().unwrap(), b"Ben's"[..]);
    assert_eq!(service.stored(&path), None);
}

#[tokio::test]
async fn a_bucket_that_refuses_or_is_away_is_unavailable_and_nothing_secret_is_said() {
    let service = Service::start().await;
    let key = FileKey::avatar(Uuid::nil(), Uuid::nil());
    let away = files("http://127.0.0.1:1");
    let here = files(&service.url());
    service.refuse();
    for files in [away, here] {
        assert!(!format!("{files:?}").contains(SECRET));
        let put = files.put(&key, Bytes::from_static(b"one")).await;
        let error = put.unwrap_err();
        assert!(matches!(error, FilesError::Unavailable(_)), "{error:?}");
        assert!(!format!("{error:?} {error}").contains(SECRET));
    }
    assert!(service.asked() > 0);
}

#[test]
fn what_cannot_be_used_is_refused_at_the_start() {
    let bad = [("AWS_S3_EXPRESS".to_owned(), "perhaps".to_owned())];
    let refused = Files::in_bucket("pictures", "", bad).unwrap_err();
    assert!(matches!(refused, FilesError::Setting(_)), "{refused:?}");
    for name in ["", "x", "Pictures", "pic/tures", "pic tures"] {
        let refused = Files::in_bucket(name, "", []).unwrap_err();
        assert!(matches!(refused, FilesError::Setting(_)), "{refused:?}");
    }
}
