//! Peers that are slow on purpose, in numbers.

use crate::peer::{Peer, header};
use crate::server::Server;

async fn peers(server: &Server, number: usize, say: impl Fn(usize) -> String) -> Vec<Peer> {
    let mut all = Vec::with_capacity(number);
    for n in 0..number {
        let mut peer = server.peer().await;
        peer.send(say(n).as_bytes()).await;
        all.push(peer);
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn who_never_ends_is_sent_away_and_nobody_waits() {
    let server = Server::start().await;
    let heads = peers(&server, 500, |n| format!("GET /health HTTP/1.1\r\nX-{n}: ")).await;
    let bodies = peers(&server, 300, |_| {
        format!("{}Content-Length: 1000\r\n\r\n{{\"name\":", server.head())
    })
    .await;
    server.serves("beside-the-slow").await;
    for mut peer in bodies {
        // A crumb now and then helps nobody.
        peer.send(b" ").await;
        let answer = peer.answer().await.unwrap();
        assert_eq!(answer.status, 408);
    }
    drop(heads);
    server.assert_sound(96).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn large_bodies_are_read_few_at_a_time() {
    const LARGE: usize = 900_000;
    let server = Server::start().await;
    let padding = " ".repeat(LARGE - 1);
    let crowd = peers(&server, 120, |_| {
        format!("{}Content-Length: {LARGE}\r\n\r\n{padding}", server.head())
    })
    .await;
    server.serves("beside-the-large").await;
    let mut refused = 0;
    for mut peer in crowd {
        peer.send(b"1").await;
        // Those refused are answered before they have said all, and may be cut off for it.
        let Some(answer) = peer.answer().await else {
            continue;
        };
        match answer.status {
            400 | 408 => {}
            503 => {
                assert_eq!(header(&answer.head, "retry-after"), Some("1"));
                refused += 1;
            }
            other => panic!("{other}"),
        }
    }
    println!("{refused} were told to try again");
    server.assert_sound(128).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_reads_nothing_holds_little() {
    let server = Server::start().await;
    // 300 KB each, asked for a hundred times, and nothing is read.
    let ask = "GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n".repeat(100);
    let crowd = peers(&server, 100, |_| ask.clone()).await;
    server.serves("beside-the-deaf").await;
    // Each still gets what it asked for when it listens.
    let mut crowd = crowd.into_iter();
    let mut one = crowd.next().unwrap();
    for _ in 0..100 {
        assert_eq!(one.answer().await.unwrap().status, 200);
    }
    drop(crowd);
    server.assert_sound(128).await;
}
