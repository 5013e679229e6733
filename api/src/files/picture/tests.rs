//! Pictures that mean no good.

use image::codecs::jpeg::JpegEncoder;
use image::{GenericImageView, ImageEncoder, RgbImage, RgbaImage};
use proptest::prelude::*;

use super::*;

fn encoded(format: ImageFormat, width: u32, height: u32) -> Vec<u8> {
    let picture = RgbImage::from_fn(width, height, |x, y| image::Rgb([x as u8, y as u8, 77]));
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn read(webp: &[u8]) -> DynamicImage {
    image::load_from_memory_with_format(webp, ImageFormat::WebP).unwrap()
}

fn holds(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}

#[test]
fn the_three_formats_become_small_webps_of_the_same_shape() {
    for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP] {
        let drawn = read(&drawn_anew(&encoded(format, 1_024, 256)).unwrap());
        assert_eq!(drawn.dimensions(), (512, 128), "{format:?}");
        let small = read(&drawn_anew(&encoded(format, 20, 30)).unwrap());
        assert_eq!(small.dimensions(), (20, 30), "{format:?}");
    }
}

#[test]
fn what_can_be_seen_through_stays_so() {
    let glass = RgbaImage::from_pixel(4, 4, image::Rgba([9, 8, 7, 50]));
    let mut bytes = Cursor::new(Vec::new());
    glass.write_to(&mut bytes, ImageFormat::Png).unwrap();
    let drawn = read(&drawn_anew(bytes.get_ref()).unwrap());
    assert_eq!(drawn.get_pixel(0, 0), image::Rgba([9, 8, 7, 50]));
}

/// A TIFF block of EXIF: which way is up (`6`: turned by 90°), and a place.
fn exif() -> Vec<u8> {
    let mut tiff = b"II*\0\x08\0\0\0\x01\0".to_vec();
    tiff.extend_from_slice(b"\x12\x01\x03\0\x01\0\0\0\x06\0\0\0");
    tiff.extend_from_slice(b"\0\0\0\0");
    tiff.extend_from_slice(b"GPS 48.3519 N 8.9633 E");
    tiff
}

#[test]
fn the_place_is_removed_and_the_picture_upright() {
    let mut bytes = Vec::new();
    let mut encoder = JpegEncoder::new(&mut bytes);
    encoder.set_exif_metadata(exif()).unwrap();
    let picture = RgbImage::from_pixel(40, 20, image::Rgb([200, 10, 10]));
    encoder.encode_image(&picture).unwrap();
    assert!(holds(&bytes, b"GPS 48.3519"));
    let drawn = drawn_anew(&bytes).unwrap();
    assert!(!holds(&drawn, b"GPS") && !holds(&drawn, b"Exif") && !holds(&drawn, b"EXIF"));
    assert_eq!(read(&drawn).dimensions(), (20, 40));
}

#[test]
fn what_hangs_on_behind_is_left_behind() {
    for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP] {
        let mut bytes = encoded(format, 16, 16);
        bytes.extend_from_slice(b"PK\x03\x04<script>alert(1)</script>");
        if let Ok(drawn) = drawn_anew(&bytes) {
            assert!(!holds(&drawn, b"script"), "{format:?}");
        }
    }
}

#[test]
fn a_text_within_a_png_is_left_behind() {
    let plain = encoded(ImageFormat::Png, 4, 4);
    let text = b"tEXtComment\0<script>alert(1)</script>";
    let mut chunk = u32::try_from(text.len() - 4)
        .unwrap()
        .to_be_bytes()
        .to_vec();
    chunk.extend_from_slice(text);
    chunk.extend_from_slice(&crc32(text).to_be_bytes());
    // Behind the signature and IHDR.
    let bytes = [&plain[..33], &chunk, &plain[33..]].concat();
    assert!(!holds(&drawn_anew(&bytes).unwrap(), b"script"));
}

#[test]
fn a_bomb_is_refused_by_its_size_before_it_goes_off() {
    // Says 60,000 by 60,000 pixels in a few bytes.
    let mut bomb = encoded(ImageFormat::Png, 4, 4);
    bomb[16..20].copy_from_slice(&60_000_u32.to_be_bytes());
    bomb[20..24].copy_from_slice(&60_000_u32.to_be_bytes());
    let crc = crc32(&bomb[12..29]).to_be_bytes();
    bomb[29..33].copy_from_slice(&crc);
    assert_eq!(drawn_anew(&bomb), Err(BadPicture::TooLarge));
    let long = encoded(ImageFormat::Png, LARGEST_SIDE + 1, 1);
    assert_eq!(drawn_anew(&long), Err(BadPicture::TooLarge));
    let long = encoded(ImageFormat::Jpeg, 1, LARGEST_SIDE + 1);
    assert_eq!(drawn_anew(&long), Err(BadPicture::TooLarge));
    let long = encoded(ImageFormat::WebP, LARGEST_SIDE + 1, 1);
    assert_eq!(drawn_anew(&long), Err(BadPicture::TooLarge));
}

#[test]
fn a_png_of_sixteen_bits_must_fit_the_memory_too() {
    let mut bytes = Vec::new();
    // 4,096 by 4,096 at eight bytes would be 128 MB.
    let side = usize::try_from(LARGEST_SIDE).unwrap();
    image::codecs::png::PngEncoder::new(&mut bytes)
        .write_image(
            &vec![0; side * side * 8],
            LARGEST_SIDE,
            LARGEST_SIDE,
            image::ExtendedColorType::Rgba16,
        )
        .unwrap();
    assert_eq!(drawn_anew(&bytes), Err(BadPicture::TooLarge));
}

#[test]
fn other_files_are_refused_whatever_they_are() {
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>";
    for other in [
        &b""[..],
        b"GIF89a\x01\0\x01\0\0\0\0;",
        b"BM\0\0\0\0",
        b"II*\0\x08\0\0\0",
        b"%PDF-1.7",
        b"<html>",
        svg,
    ] {
        assert_eq!(drawn_anew(other), Err(BadPicture::Unknown));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn cut_or_changed_pictures_never_panic(
        format in prop::sample::select(vec![ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP]),
        cut in 0_usize..400,
        changes in prop::collection::vec((0_usize..400, any::<u8>()), 0..6),
    ) {
        let mut bytes = encoded(format, 16, 16);
        for (at, byte) in changes {
            let at = at % bytes.len();
            bytes[at] = byte;
        }
        bytes.truncate(bytes.len().saturating_sub(cut));
        let _ = drawn_anew(&bytes);
    }
}

/// As PNG has it (ISO 3309).
fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg());
        }
    }
    !crc
}
