//! On a real socket: what only shows there.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use flowgrid_api::serve;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::world::{World, run};

async fn start(world: &World) -> (SocketAddr, watch::Sender<bool>, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stop = watch::Sender::new(false);
    let served = serve(
        listener,
        world.router.clone(),
        world.state.clone(),
        stop.subscribe(),
    );
    (address, stop, tokio::spawn(async { served.await.unwrap() }))
}

/// All that the server says until it closes.
async fn rest(stream: &mut TcpStream) -> String {
    let mut text = Vec::new();
    let read = stream.read_to_end(&mut text);
    tokio::time::timeout(Duration::from_secs(10), read)
        .await
        .unwrap()
        .unwrap();
    String::from_utf8(text).unwrap()
}

#[test]
fn a_head_that_never_ends_is_cut_off() {
    run(|world, _| async move {
        let (address, _stop, _) = start(world).await;
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream
            .write_all(b"GET /health/live HTTP/1.1\r\nhost: x\r\n")
            .await
            .unwrap();
        let started = Instant::now();
        let _ = rest(&mut stream).await;
        assert!(started.elapsed() < Duration::from_secs(5));
    });
}

#[test]
fn a_body_that_never_comes_is_answered() {
    run(|world, org| async move {
        let (address, _stop, _) = start(world).await;
        let token = world.token(&org, flowgrid_bus::Role::User);
        let mut stream = TcpStream::connect(address).await.unwrap();
        let head = format!(
            "POST /api/v1/citypulse/buildings HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n\
             connection: close\r\ncontent-length: 100\r\n\r\n{{"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let answer = rest(&mut stream).await;
        assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
        assert!(answer.contains("request-timeout"));
    });
}

#[test]
fn a_stop_lets_the_running_request_end() {
    run(|world, _| async move {
        let (address, stop, served) = start(world).await;
        let mut idle = TcpStream::connect(address).await.unwrap();
        let mut busy = TcpStream::connect(address).await.unwrap();
        busy.write_all(b"GET /health/live HTTP/1.1\r\nhost: x\r\n")
            .await
            .unwrap();
        tokio::time::sleep(Duration::from_millis(100)).await;
        stop.send_replace(true);
        busy.write_all(b"\r\n").await.unwrap();
        tokio::time::timeout(Duration::from_secs(10), served)
            .await
            .unwrap()
            .unwrap();
        let answer = rest(&mut busy).await;
        assert!(
            answer.is_empty() || answer.starts_with("HTTP/1.1 200"),
            "{answer}"
        );
        assert_eq!(rest(&mut idle).await, "");
        assert!(TcpStream::connect(address).await.is_err());
    });
}

#[test]
fn who_has_said_all_and_listens_is_answered() {
    run(|world, org| async move {
        let (address, _stop, _) = start(world).await;
        let token = world.token(&org, flowgrid_bus::Role::User);
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!(
            "POST /api/v1/citypulse/buildings HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n\
             content-length: 12\r\n\r\n{{\"name\":\"x\"}}"
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
        let answer = rest(&mut stream).await;
        assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    });
}

#[cfg(target_os = "linux")]
#[test]
fn who_reads_nothing_loses_the_connection() {
    run(|world, _| async move {
        let (address, _stop, _) = start(world).await;
        let stream = TcpStream::connect(address).await.unwrap();
        // Far more questions than all buffers hold, and not one answer is read: only the end of
        // the connection ends the asking.
        let ask = b"GET /openapi.json HTTP/1.1\r\nhost: x\r\n\r\n".repeat(1_000_000);
        let (_deaf, mut writer) = stream.into_split();
        let asking = writer.write_all(&ask);
        let asked = tokio::time::timeout(Duration::from_secs(60), asking).await;
        assert!(asked.expect("the connection goes on").is_err());
    });
}
