//! What only a developer's machine answers. Not in the document.

mod mailbox;

pub use mailbox::routes as mailbox_routes;
