//! Frames that RFC 6455 forbids, that never end, or that come in floods.

use crate::server::Server;
use crate::websocket::{
    BINARY, CLOSE, CONTINUATION, FIN, Heard, PING, PONG, TEXT, WebSocket, frame, text,
};

/// Sends it and listens to the end; the code of the close, 0 when the connection just ended.
async fn end_of(server: &Server, bytes: &[u8]) -> u16 {
    let mut socket = WebSocket::open(server).await;
    socket.send(bytes).await;
    socket.rest().await.1
}

/// A frame's first two bytes and a length in eight.
fn announced(first: u8, length: u64) -> Vec<u8> {
    [&[first, 0x80 | 127][..], &length.to_be_bytes(), &[0; 4]].concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn frames_that_may_not_be_close_the_connection() {
    let server = Server::start().await;
    let unmasked = [FIN | TEXT, 2, b'{', b'}'];
    let fragment = |length| frame(CONTINUATION, &vec![b' '; length]);
    let cases: Vec<(&str, Vec<u8>, &[u16])> = vec![
        ("endless", announced(FIN | TEXT, u64::MAX >> 1), &[1009]),
        ("beyond-all", announced(FIN | TEXT, u64::MAX), &[1002, 1009]),
        ("oversize", frame(FIN | TEXT, &vec![b'x'; 17_000]), &[1009]),
        (
            "never-whole",
            [frame(TEXT, b"{"), fragment(1_000).repeat(20)].concat(),
            &[1009],
        ),
        ("binary", frame(FIN | BINARY, b"{}"), &[1003]),
        ("no-utf8", frame(FIN | TEXT, b"\xff\xfe"), &[1007]),
        (
            "cut-utf8",
            [frame(TEXT, b"\xc3"), frame(FIN | CONTINUATION, b"(")].concat(),
            &[1007],
        ),
        ("unmasked", unmasked.to_vec(), &[1002]),
        ("reserved-bit", frame(FIN | 0x40 | TEXT, b"{}"), &[1002]),
        ("reserved-opcode", frame(FIN | 3, b"{}"), &[1002]),
        ("reserved-control", frame(FIN | 11, b""), &[1002]),
        ("long-ping", frame(FIN | PING, &[0; 126]), &[1002]),
        ("cut-ping", frame(PING, b""), &[1002]),
        ("no-beginning", frame(FIN | CONTINUATION, b"{}"), &[1002]),
        (
            "two-beginnings",
            [frame(TEXT, b"{"), frame(TEXT, b"}")].concat(),
            &[1002],
        ),
        ("half-a-code", frame(FIN | CLOSE, b"\x03"), &[1002]),
        ("no-such-code", frame(FIN | CLOSE, &[0, 1]), &[1002]),
        (
            "no-utf8-reason",
            frame(FIN | CLOSE, b"\x03\xe8\xff"),
            &[1002, 1007],
        ),
        ("goodbye", frame(FIN | CLOSE, b"\x03\xe8"), &[1000]),
        (
            "again-and-again",
            frame(FIN | CLOSE, b"\x03\xe8").repeat(1_000),
            &[1000],
        ),
    ];
    for (name, bytes, codes) in cases {
        let code = end_of(&server, &bytes).await;
        // A broken wire may also just end.
        assert!(code == 0 || codes.contains(&code), "{name}: {code}");
    }
    server.assert_sound(64).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_that_mean_nothing_are_told_so() {
    let server = Server::start().await;
    let mut socket = WebSocket::open(&server).await;
    let deep = format!(r#"{{"type":"ping","id":{}"#, "[".repeat(10_000));
    let long = format!(
        r#"{{"type":"subscribe","id":1,"channel":"subject:{}"}}"#,
        "a.".repeat(5_000)
    );
    for bad in [
        "",
        "null",
        "{}",
        r#"{"type":"ping","id":1e999}{"#,
        &deep,
        &long,
        r#"{"type":"dance"}"#,
    ] {
        socket.send(&text(bad)).await;
        let Heard::Message(answer) = socket.next().await else {
            panic!("{bad:.40}")
        };
        assert_eq!(answer["type"], "error", "{bad:.40}");
    }
    // A message in many fragments, empty ones among them, with a ping within.
    let mut pieces = frame(TEXT, b"");
    for byte in br#"{"type":"ping","id":7}"# {
        pieces.extend(frame(CONTINUATION, &[*byte]));
        pieces.extend(frame(CONTINUATION, b"").repeat(1_000));
    }
    pieces.extend(frame(FIN | PING, b"?"));
    pieces.extend(frame(FIN | CONTINUATION, b" "));
    socket.send(&pieces).await;
    let Heard::Message(answer) = socket.next().await else {
        panic!("no answer to the fragments")
    };
    assert_eq!(answer["type"], "pong");
    assert_eq!(answer["id"], 7);
    server.assert_sound(64).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn floods_end_the_connection() {
    let server = Server::start().await;
    let floods = [
        ("pings", frame(FIN | PING, b"?")),
        ("pongs", frame(FIN | PONG, b"!")),
        ("messages", text(r#"{"type":"ping"}"#)),
        ("nonsense", text("?")),
    ];
    for (name, one) in floods {
        let mut socket = WebSocket::open(&server).await;
        socket.send(&one.repeat(10_000)).await;
        let (messages, code) = socket.rest().await;
        let limited = messages
            .iter()
            .any(|message| message["code"] == "rate-limited");
        // What still comes in may break the wire before the farewell is read.
        assert!(code == 1008 || code == 0, "{name}: {code}");
        assert!(limited, "{name}");
        server.serves(&format!("beside-{name}")).await;
    }
    server.assert_sound(64).await;
}
