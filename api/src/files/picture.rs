//! Pictures from strangers.
//!
//! What was uploaded is never served: its pixels are decoded within limits and drawn anew. So
//! nothing else that a file can carry comes along: no place where it was taken (EXIF), no second
//! format behind the first, no program.

#[cfg(test)]
mod tests;

use std::io::Cursor;

use image::codecs::webp::WebPEncoder;
use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};

/// The longest side that is read, in pixels.
pub const LARGEST_SIDE: u32 = 4_096;
/// The longest side that is kept, in pixels.
const KEPT_SIDE: u32 = 512;
/// What decoding may allocate, in bytes: four for each pixel, and some.
const MEMORY: u64 = 80 * 1024 * 1024;

/// Why a picture isn't taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPicture {
    #[error("must be a PNG, JPEG or WebP picture")]
    Unknown,
    #[error("must be at most {LARGEST_SIDE} pixels wide and high")]
    TooLarge,
    #[error("the picture is damaged")]
    Damaged,
}

/// A PNG, JPEG or WebP picture as a WebP (lossless) of at most 512 by 512 pixels, upright, without
/// anything but its pixels; of a moving one its first frame. Blocks a thread for up to a second.
///
/// # Errors
/// When it is none of the three, too large or damaged, whatever its name and type say.
pub fn drawn_anew(bytes: &[u8]) -> Result<Vec<u8>, BadPicture> {
    let mut picture = decoded(bytes)?;
    if picture.width() > KEPT_SIDE || picture.height() > KEPT_SIDE {
        picture = picture.resize(KEPT_SIDE, KEPT_SIDE, FilterType::Triangle);
    }
    let pixels = picture.into_rgba8();
    let mut drawn = Vec::new();
    WebPEncoder::new_lossless(&mut drawn)
        .encode(
            &pixels,
            pixels.width(),
            pixels.height(),
            image::ExtendedColorType::Rgba8,
        )
        .map_err(|_| BadPicture::Damaged)?;
    Ok(drawn)
}

fn decoded(bytes: &[u8]) -> Result<DynamicImage, BadPicture> {
    let format = image::guess_format(bytes).map_err(|_| BadPicture::Unknown)?;
    if !matches!(
        format,
        ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP
    ) {
        return Err(BadPicture::Unknown);
    }
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::no_limits();
    limits.max_image_width = Some(LARGEST_SIDE);
    limits.max_image_height = Some(LARGEST_SIDE);
    limits.max_alloc = Some(MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| reason(&error))?;
    if decoder.total_bytes() > MEMORY {
        return Err(BadPicture::TooLarge);
    }
    // Cameras note which way is up; that is lost with the rest of what they note.
    let upright = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|error| reason(&error))?;
    picture.apply_orientation(upright);
    Ok(picture)
}

fn reason(error: &ImageError) -> BadPicture {
    match error {
        ImageError::Limits(_) => BadPicture::TooLarge,
        ImageError::Unsupported(_) => BadPicture::Unknown,
        ImageError::Decoding(_)
        | ImageError::Encoding(_)
        | ImageError::Parameter(_)
        | ImageError::IoError(_) => BadPicture::Damaged,
    }
}
