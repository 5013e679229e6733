//! Bodies that are no JSON, too much of it, or cut off.

use crate::peer::PATIENCE;
use crate::server::{Server, body};

async fn posted(server: &Server, body: &[u8]) -> Option<u16> {
    let head = format!("{}Content-Length: {}\r\n\r\n", server.head(), body.len());
    let mut peer = server.peer().await;
    peer.send(&[head.as_bytes(), body].concat()).await;
    peer.answer().await.map(|answer| answer.status)
}

/// Valid JSON around one value.
fn named(value: &str) -> Vec<u8> {
    format!(r#"{{"name":"x","area":{value}}}"#).into_bytes()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_body_is_refused() {
    let server = Server::start().await;
    let deep = |open: &str, close: &str| named(&(open.repeat(100_000) + &close.repeat(100_000)));
    let bodies: Vec<(&str, Vec<u8>, u16)> = vec![
        ("arrays", deep("[", "]"), 400),
        ("objects", deep("{\"a\":", "}"), 400),
        ("unclosed", deep("[{\"a\":", ""), 400),
        ("exponent", named("1e999"), 400),
        ("digits", named(&"9".repeat(1_000)), 400),
        ("long", named(&"9".repeat(300)), 422),
        (
            "fraction",
            named(&format!("0.{}1", "0".repeat(100_000))),
            422,
        ),
        ("infinity", named("Infinity"), 400),
        ("nan", named("NaN"), 400),
        ("no-utf8", b"{\"name\":\"\xff\xfe\"}".to_vec(), 400),
        ("overlong", b"{\"name\":\"\xc0\xaf\"}".to_vec(), 400),
        ("surrogate", br#"{"name":"\ud800"}"#.to_vec(), 400),
        ("utf16", b"\xff\xfe{\0}\0".to_vec(), 400),
        ("nul", br#"{"name":"a\u0000b"}"#.to_vec(), 422),
        (
            "names",
            format!(
                "{{{}\"name\":\"x\"}}",
                (0..50_000)
                    .map(|n| format!("\"f{n}\":1,"))
                    .collect::<String>()
            )
            .into_bytes(),
            422,
        ),
        (
            "same-names",
            format!("{{{}\"name\":\"x\"}}", "\"a\":1,".repeat(100_000)).into_bytes(),
            400,
        ),
        (
            "long-name",
            format!("{{\"{}\":1}}", "a_".repeat(400_000)).into_bytes(),
            422,
        ),
        ("two", b"{\"name\":\"x\"}{\"name\":\"y\"}".to_vec(), 400),
        ("too-large", vec![b' '; 1024 * 1024 + 1], 413),
    ];
    for (name, body, expected) in bodies {
        assert_eq!(posted(&server, &body).await, Some(expected), "{name}");
    }
    server.assert_sound(64).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_cut_off_does_not_happen() {
    let server = Server::start().await;
    let whole = server.registration("cut");
    for length in [0, 10, 100, whole.len() - 20, whole.len() - 1] {
        // Once by a side that still listens, once by one that is gone.
        let mut peer = server.peer().await;
        peer.send(&whole.as_bytes()[..length]).await;
        peer.end().await;
        let status = peer.answer().await.map(|answer| answer.status);
        assert!(matches!(status, None | Some(400)), "{length}: {status:?}");
        let mut peer = server.peer().await;
        peer.send(&whole.as_bytes()[..length]).await;
        peer.stream.set_zero_linger().unwrap();
    }
    // Who has said all and only listens is answered.
    let mut peer = server.peer().await;
    peer.send(server.registration("said").as_bytes()).await;
    peer.end().await;
    let status = peer.answer().await.map(|answer| answer.status);
    assert_eq!(status, Some(201));
    server.account("said", status);
    // Who has said all and is gone may have got its way, whole.
    for n in 0..20 {
        let id = format!("gone-{n}");
        let mut peer = server.peer().await;
        peer.send(server.registration(&id).as_bytes()).await;
        peer.stream.set_zero_linger().unwrap();
        server.account(&id, None);
    }
    server.assert_sound(64).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_in_single_bytes_cost_what_they_weigh() {
    const PEERS: usize = 24;
    const LENGTH: usize = 400_000;
    let server = Server::start().await;
    let mut peers = Vec::new();
    for n in 0..PEERS {
        let mut peer = server.peer().await;
        let head = format!("{}Transfer-Encoding: chunked\r\n\r\n", server.head());
        let body = body(&format!("crumbs-{n}")).replace('}', "");
        peer.send(format!("{head}{:x}\r\n{body}\r\n", body.len()).as_bytes())
            .await;
        peers.push(peer);
    }
    // All at once, and none is whole before all have said nearly all.
    let crumbs = b"1\r\n \r\n".repeat(1_000);
    for _ in 0..LENGTH / 1_000 {
        for peer in &mut peers {
            assert!(peer.send(&crumbs).await);
        }
    }
    let (grown, all) = (server.grown(), PEERS * LENGTH / (1 << 20));
    println!("{all} MiB of bodies took {grown} MiB");
    for (n, peer) in peers.iter_mut().enumerate() {
        peer.send(b"1\r\n}\r\n0\r\n\r\n").await;
        let status = tokio::time::timeout(PATIENCE, peer.answer()).await.unwrap();
        let status = status.map(|answer| answer.status);
        // It may have taken too long on a busy machine.
        assert!(matches!(status, Some(201 | 408)), "{status:?}");
        server.account(&format!("crumbs-{n}"), status);
    }
    // Kept crumb by crumb they took 85 MiB.
    server.assert_sound(56).await;
}
