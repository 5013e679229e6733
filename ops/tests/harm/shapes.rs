//! Requests of a shape that HTTP forbids, or that a proxy and a server could read differently.

use crate::peer::Answer;
use crate::server::{Server, body};

/// What is sent, and with which status it may be answered; none means a closed connection.
struct Shape {
    name: &'static str,
    bytes: Vec<u8>,
    answers: &'static [u16],
}

fn shape(name: &'static str, bytes: impl Into<Vec<u8>>, answers: &'static [u16]) -> Shape {
    Shape {
        name,
        bytes: bytes.into(),
        answers,
    }
}

/// One way to say how long a body is, followed by a registration that must never happen.
fn framed(server: &Server, name: &'static str, framing: &str, answers: &'static [u16]) -> Shape {
    let hidden = server.registration(&format!("hidden-{name}"));
    let length = hidden.len();
    let framing = framing.replace("LENGTH", &length.to_string());
    shape(
        name,
        format!("{}{framing}\r\n\r\n{hidden}", server.head()),
        answers,
    )
}

fn lengths(server: &Server) -> Vec<Shape> {
    [
        ("two-lengths", "Content-Length: 5\r\nContent-Length: LENGTH"),
        ("list-of-lengths", "Content-Length: 5, 5"),
        ("plus-length", "Content-Length: +5"),
        ("minus-length", "Content-Length: -5"),
        ("hex-length", "Content-Length: 0x5"),
        ("huge-length", "Content-Length: 99999999999999999999"),
        ("no-length", "Content-Length: "),
        ("odd-coding", "Transfer-Encoding: xchunked"),
        ("coding-after", "Transfer-Encoding: chunked, gzip"),
        ("space-before-colon", "Transfer-Encoding : chunked"),
        ("folded", "Transfer-Encoding:\r\n chunked"),
        ("bare-return", "X: a\rTransfer-Encoding: chunked"),
        ("nul-in-header", "X: a\0b"),
    ]
    .into_iter()
    .map(|(name, framing)| framed(server, name, framing, &[400]))
    .collect()
}

fn chunks(server: &Server) -> Vec<Shape> {
    let head = format!("{}Transfer-Encoding: chunked\r\n\r\n", server.head());
    let chunks = |name, text: &str| shape(name, format!("{head}{text}"), &[400]);
    vec![
        chunks("endless-chunk", "fffffffffffffffff\r\n{}"),
        chunks("minus-chunk", "-1\r\n{}\r\n0\r\n\r\n"),
        chunks("hex-chunk", "0x2\r\n{}\r\n0\r\n\r\n"),
        chunks("no-chunk", "zz\r\n{}\r\n0\r\n\r\n"),
        chunks("long-chunk", "2\r\n{}{}\r\n0\r\n\r\n"),
        chunks(
            "endless-extension",
            &format!("2;{}\r\n{{}}\r\n0\r\n\r\n", "x".repeat(60_000)),
        ),
    ]
}

fn heads(server: &Server) -> Vec<Shape> {
    let get = |more: &str| {
        let token = &server.token;
        format!("GET /api/v1/citypulse/buildings{more}\r\nAuthorization: Bearer {token}\r\n\r\n")
    };
    let bytes = |text: &str, bad: &[u8]| {
        let (before, after) = text.split_once("BAD").unwrap();
        [before.as_bytes(), bad, after.as_bytes()].concat()
    };
    let many = "X: y\r\n".repeat(300);
    vec![
        shape(
            "path-no-utf8",
            bytes(&get("/BAD HTTP/1.1\r\nHost: x"), b"\xff\xfe"),
            &[400],
        ),
        shape(
            "query-no-utf8",
            bytes(&get("?q=BAD HTTP/1.1\r\nHost: x"), b"\xff"),
            &[400],
        ),
        shape(
            "escaped-no-utf8",
            get("/%ff%fe HTTP/1.1\r\nHost: x"),
            &[404],
        ),
        shape(
            "escaped-query",
            get("?q=%ff%fe&kind=%c3%28 HTTP/1.1\r\nHost: x"),
            &[200],
        ),
        shape("escaped-nul", get("?q=%00 HTTP/1.1\r\nHost: x"), &[400]),
        shape(
            "header-no-utf8",
            bytes(&get(" HTTP/1.1\r\nHost: x\r\nX-Min-Position: BAD"), b"\xff"),
            &[400],
        ),
        shape("two-hosts", get(" HTTP/1.1\r\nHost: x\r\nHost: y"), &[400]),
        shape(
            "two-tokens",
            get(" HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer x"),
            &[400],
        ),
        shape(
            "many-headers",
            get(&format!(" HTTP/1.1\r\n{many}Host: x")),
            &[431],
        ),
        shape(
            "long-path",
            get(&format!("/{} HTTP/1.1\r\nHost: x", "a".repeat(80_000))),
            &[414],
        ),
        shape("other-version", get(" HTTP/3.7\r\nHost: x"), &[400]),
        shape("http2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", &[400]),
        shape(
            "tls",
            [
                &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..],
                &[7; 600],
            ]
            .concat(),
            &[400],
        ),
        shape(
            "tunnel",
            "CONNECT other:80 HTTP/1.1\r\nHost: other:80\r\n\r\n",
            &[404],
        ),
        shape("not-even-close", vec![0; 70_000], &[400, 414, 431]),
    ]
}

/// A body that never comes, asked for first.
fn expectations(server: &Server) -> Vec<Shape> {
    let large = "Expect: 100-continue\r\nContent-Length: 9999999\r\n\r\n";
    let bomb = "Content-Encoding: gzip\r\nContent-Length: 12\r\n\r\n\x1f........... ";
    vec![
        shape("expects", format!("{}{large}", server.head()), &[413]),
        shape("bomb", format!("{}{bomb}", server.head()), &[415]),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn forbidden_shapes_are_refused_and_hide_nothing() {
    let server = Server::start().await;
    let all = [
        lengths(&server),
        chunks(&server),
        heads(&server),
        expectations(&server),
    ];
    for shape in all.into_iter().flatten() {
        let mut peer = server.peer().await;
        peer.send(&shape.bytes).await;
        // Some wait for more: they hear that no more will come.
        peer.end().await;
        let status = peer.answer().await.map(|Answer { status, .. }| status);
        let fine = status.is_none_or(|status| shape.answers.contains(&status));
        assert!(fine, "{}: {status:?}", shape.name);
    }
    // What hid would be in the log now.
    server.assert_sound(64).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_framings_are_one_request_and_the_last() {
    let server = Server::start().await;
    let both = [
        "Content-Length: 4\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 4",
    ];
    for (at, framing) in both.into_iter().enumerate() {
        let id = format!("framed-{at}");
        let body = body(&id);
        let hidden = server.registration(&format!("hidden-{at}"));
        let head = server.head();
        let length = body.len();
        let bytes = format!("{head}{framing}\r\n\r\n{length:x}\r\n{body}\r\n0\r\n\r\n{hidden}");
        let mut peer = server.peer().await;
        peer.send(bytes.as_bytes()).await;
        let status = peer.answer().await.map(|answer| answer.status);
        assert_eq!(status, Some(201), "{framing}");
        server.account(&id, status);
        assert!(peer.ends().await, "{framing}: the connection went on");
    }
    // Equal lengths are one length.
    let same = server.registration("same").replacen(
        "Content-Length",
        "Content-Length: 27\r\nContent-Length",
        1,
    );
    assert_eq!(body("same").len(), 27);
    let answer = server.registers("same", same.as_bytes()).await;
    assert!(matches!(answer.unwrap().status, 201 | 400));
    server.assert_sound(64).await;
}
