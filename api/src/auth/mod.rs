//! Who calls: bearer tokens, and what they say about their holder.
//!
//! Access tokens are JSON Web Tokens (RFC 7519), signed by an Ed25519 key or with HS256 by
//! `JWT_SECRET`. HTTP and push check them through the same [`Tokens`].

mod claims;
mod ed25519;
mod header;
mod keys;
mod principal;
mod tokens;

pub use claims::{AUDIENCE, Claims, Grant, ISSUER};
pub use ed25519::{BadKey, Ed25519Key};
pub use keys::{Keys, WeakSecret};
pub use principal::{KeyHolder, Member, Principal, Scope, Scopes};
pub use tokens::{TokenError, Tokens};
