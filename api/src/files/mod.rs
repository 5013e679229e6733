//! Files that people upload: pictures, made anew before they are kept.

mod atelier;
#[cfg(feature = "s3")]
mod bucket;
mod picture;
mod store;

pub use atelier::{Atelier, NotDrawn};
pub use picture::{BadPicture, LARGEST_SIDE, drawn_anew};
pub use store::{FileKey, Files, FilesError};
