//! What several of these tests do.

use async_nats::{Client, ConnectOptions, ServerAddr};

/// Connects with the user and password of the URL, which async-nats leaves unread (nats.rs issue 1623).
pub async fn nats(url: &str) -> Client {
    let addr: ServerAddr = url.parse().unwrap();
    let (user, password) = (addr.username().unwrap(), addr.password().unwrap());
    ConnectOptions::with_user_and_password(user.to_owned(), password.to_owned())
        .connect(addr.clone())
        .await
        .unwrap()
}
