//! Pictures of people.

use std::io::Cursor;

use flowgrid_api::files::FileKey;
use flowgrid_bus::Role;
use image::{DynamicImage, ImageFormat};
use serde_json::json;

use crate::call::{Call, Reply, call, delete, get, put};
use crate::somebody::{Somebody, me};
use crate::world::{World, run};

const AVATAR: &str = "/api/v1/users/avatar";

fn picture(format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let picture = DynamicImage::new_rgb8(1_024, 512);
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn upload(token: &str, bytes: Vec<u8>) -> Call {
    call("PUT", AVATAR)
        .token(token)
        .header("content-type", "image/png")
        .body(bytes)
}

async fn seen(world: &World, person: &str, token: &str) -> Reply {
    let path = format!("/api/v1/users/{person}/avatar");
    get(path).token(token).send(world).await
}

#[test]
fn a_picture_is_kept_drawn_anew_and_shown_within_the_organization() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        seen(world, "me", anna.access())
            .await
            .problem(404, "not-found");
        let first = upload(anna.access(), picture(ImageFormat::Png))
            .send(world)
            .await
            .expect(200)["data"]
            .clone();
        let id = first["avatar"].as_str().unwrap();
        let url = first["avatarUrl"].as_str().unwrap();
        assert!(
            url.starts_with(&format!("/api/v1/users/{}/avatar", anna.id())),
            "{url}"
        );
        let shown = get(url).token(anna.access()).send(world).await;
        assert_eq!(shown.header("content-type"), "image/webp");
        assert_eq!(shown.header("cache-control"), "private, no-cache");
        let drawn = image::load_from_memory(&shown.bytes).unwrap();
        assert_eq!((drawn.width(), drawn.height()), (512, 256));
        let known = get(url).token(anna.access());
        let known = known.header("if-none-match", shown.header("etag"));
        known.send(world).await.expect(304);
        let user = me(world, anna.access()).await.expect(200)["user"].clone();
        assert_eq!(
            (&user["avatar"], &user["avatarUrl"]),
            (&json!(id), &json!(url))
        );
        // Colleagues see it, other organizations know of nobody here.
        let colleague = world.token(&org, Role::Viewer);
        let bytes = seen(world, &anna.id(), &colleague).await.expect_bytes(200);
        assert_eq!(bytes, shown.bytes);
        let stranger = Somebody::new(world, &format!("{org}-ben")).await;
        seen(world, &anna.id(), stranger.access())
            .await
            .problem(404, "not-found");
        // Another one replaces it, file and all.
        let second = upload(anna.access(), picture(ImageFormat::Jpeg))
            .send(world)
            .await
            .expect(200)["data"]
            .clone();
        assert_ne!(second["avatar"], first["avatar"]);
        let key = FileKey::avatar(anna.id().parse().unwrap(), id.parse().unwrap());
        assert_eq!(world.files.get(&key).await.unwrap(), None);
        let removed = delete(AVATAR).token(anna.access()).send(world).await;
        assert!(removed.expect(200)["data"]["avatarUrl"].is_null());
        seen(world, "me", anna.access())
            .await
            .problem(404, "not-found");
    });
}

#[test]
fn the_picture_that_was_chosen_last_shows() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        let elsewhere = json!({"avatarUrl": "https://cdn.example/a.png"});
        let elsewhere = put("/api/v1/users/profile", &elsewhere).token(anna.access());
        elsewhere.clone().send(world).await.expect(200);
        let own = upload(anna.access(), picture(ImageFormat::WebP))
            .send(world)
            .await;
        let own = own.expect(200)["data"]["avatarUrl"].clone();
        assert!(own.as_str().unwrap().starts_with("/api/v1/users/"));
        let changed = elsewhere.send(world).await.expect(200);
        assert_eq!(changed["data"]["avatarUrl"], "https://cdn.example/a.png");
        let cleared = put("/api/v1/users/profile", &json!({"avatarUrl": null}));
        let cleared = cleared.token(anna.access()).send(world).await.expect(200);
        assert_eq!(cleared["data"]["avatarUrl"], own);
    });
}

#[test]
fn a_repeat_is_answered_alike_and_leaves_no_file() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        let first = upload(anna.access(), picture(ImageFormat::Png)).header("idempotency-key", "k");
        let one = first.clone().send(world).await.expect(200);
        let two = first.send(world).await.expect(200);
        assert_eq!(one["data"]["avatar"], two["data"]["avatar"]);
        seen(world, "me", anna.access()).await.expect_bytes(200);
        let files = world.files.of_person(anna.id().parse().unwrap()).await;
        assert_eq!(files.unwrap().len(), 1);
    });
}

#[test]
fn what_is_no_picture_is_refused_by_name() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        for bytes in [b"GIF89a".to_vec(), b"<svg/>".to_vec(), Vec::new()] {
            let refused = upload(anna.access(), bytes).send(world).await;
            refused.problem(422, "bad-picture");
        }
        let mut damaged = picture(ImageFormat::Png);
        damaged.truncate(60);
        upload(anna.access(), damaged)
            .send(world)
            .await
            .problem(422, "bad-picture");
        upload(anna.access(), vec![0; 2 * 1024 * 1024 + 1])
            .send(world)
            .await
            .problem(413, "too-large");
        let stale = upload(anna.access(), picture(ImageFormat::Png)).header("if-match", "\"99\"");
        stale.send(world).await.problem(412, "version-mismatch");
        let files = world.files.of_person(anna.id().parse().unwrap()).await;
        assert_eq!(files.unwrap(), []);
        let user = me(world, anna.access()).await.expect(200)["user"].clone();
        assert!(user["avatar"].is_null());
    });
}

#[test]
fn a_form_may_hold_the_picture() {
    run(|world, org| async move {
        let anna = Somebody::new(world, &org).await;
        let form = |name: &str| {
            let head =
                format!("--x\r\nContent-Disposition: form-data; name=\"avatar\"{name}\r\n\r\n");
            let mut body = head.into_bytes();
            body.extend(picture(ImageFormat::Png));
            body.extend(b"\r\n--x--\r\n");
            call("PUT", AVATAR)
                .token(anna.access())
                .header("content-type", "multipart/form-data; boundary=x")
                .body(body)
        };
        let named = form("; filename=\"a.png\"").send(world).await.expect(200);
        assert!(named["data"]["avatar"].is_string());
        form("").send(world).await.problem(400, "malformed");
    });
}
