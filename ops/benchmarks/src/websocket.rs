//! The client's side of a WebSocket (RFC 6455), as lean as it goes: ten thousand of them share the
//! cores with the server whose speed they measure. Text frames are handed out, pings answered.

use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use memchr::memmem;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt, ReadBuf};
use tokio::net::TcpStream;

use crate::Result;

const TEXT: u8 = 0x1;
const CLOSE: u8 = 0x8;
const PING: u8 = 0x9;
const PONG: u8 = 0xa;
/// Any 16 bytes in base64 will do: the server only has to hash it.
const KEY: &str = "Zmxvd2dyaWQtYmVuY2gtMQ==";

/// An open connection. Bytes of a frame that hasn't come whole wait in `rest`.
#[derive(Debug)]
pub(crate) struct WebSocket {
    stream: TcpStream,
    rest: Vec<u8>,
}

impl WebSocket {
    pub(crate) async fn connect(address: SocketAddr, token: &str) -> Result<Self> {
        let mut stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let hello = format!(
            "GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {KEY}\r\nAuthorization: Bearer {token}\r\n\r\n"
        );
        stream.write_all(hello.as_bytes()).await?;
        let mut answer = Vec::with_capacity(2 << 10);
        let end = loop {
            if stream.read_buf(&mut answer).await? == 0 {
                return Err("the server closed the connection during the handshake".into());
            }
            if let Some(end) = memmem::find(&answer, b"\r\n\r\n") {
                break end + 4;
            }
        };
        if !answer.starts_with(b"HTTP/1.1 101") {
            return Err(format!("no WebSocket: {}", String::from_utf8_lossy(&answer)).into());
        }
        let rest = answer[end..].to_vec();
        Ok(Self { stream, rest })
    }

    pub(crate) async fn send_text(&mut self, text: &str) -> Result<()> {
        let frame = masked(TEXT, text.as_bytes());
        Ok(self.stream.write_all(&frame).await?)
    }

    /// Subscribes and waits until the server says so.
    pub(crate) async fn subscribe(&mut self, channel: &str, scratch: &mut [u8]) -> Result<()> {
        let text = format!(r#"{{"type":"subscribe","id":1,"channel":"{channel}"}}"#);
        self.send_text(&text).await?;
        let mut answer = Ok(());
        let mut done = false;
        while !done {
            self.receive(scratch, |text| {
                done |= memmem::find(text, b"\"subscribed\"").is_some();
                if memmem::find(text, b"\"error\"").is_some() {
                    done = true;
                    answer = Err(String::from_utf8_lossy(text).into_owned());
                }
            })
            .await?;
        }
        answer.map_err(|said| format!("not subscribed: {said}").into())
    }

    /// Waits for bytes and hands each text that is whole to `each`. `scratch` may be shared by all
    /// connections of a thread: nothing stays in it.
    pub(crate) async fn receive(
        &mut self,
        scratch: &mut [u8],
        mut each: impl FnMut(&[u8]),
    ) -> Result<()> {
        std::future::poll_fn(|cx| self.poll_receive(cx, scratch, &mut each)).await?;
        Ok(())
    }

    /// As [`Self::receive`], for those who can't lend `scratch` over an await.
    pub(crate) fn poll_receive(
        &mut self,
        cx: &mut Context<'_>,
        scratch: &mut [u8],
        each: &mut impl FnMut(&[u8]),
    ) -> Poll<Result<()>> {
        let mut read = ReadBuf::new(scratch);
        ready!(Pin::new(&mut self.stream).poll_read(cx, &mut read))?;
        if read.filled().is_empty() {
            return Poll::Ready(Err("the server closed the connection".into()));
        }
        let mut waiting = std::mem::take(&mut self.rest);
        let bytes = if waiting.is_empty() {
            read.filled()
        } else {
            waiting.extend_from_slice(read.filled());
            &waiting
        };
        let used = self.take_frames(bytes, each)?;
        self.rest = bytes[used..].to_vec();
        Poll::Ready(Ok(()))
    }

    /// Handles the whole frames at the start of `bytes`; answers how many bytes they took.
    fn take_frames(&mut self, bytes: &[u8], each: &mut impl FnMut(&[u8])) -> Result<usize> {
        let mut used = 0;
        while let Some((opcode, payload)) = frame(&bytes[used..]) {
            let start = used + payload.start;
            let end = used + payload.end;
            match opcode {
                TEXT => each(&bytes[start..end]),
                PING => {
                    // A pong is a handful of bytes; a socket that can't take them is lost anyway.
                    self.stream.try_write(&masked(PONG, &bytes[start..end]))?;
                }
                CLOSE => {
                    let code = bytes
                        .get(start..start + 2)
                        .map(|c| u16::from_be_bytes([c[0], c[1]]));
                    return Err(format!("the server closed the WebSocket, code {code:?}").into());
                }
                PONG => {}
                other => return Err(format!("unexpected frame, opcode {other}").into()),
            }
            used = end;
        }
        Ok(used)
    }
}

/// The first frame of `bytes`, if it is whole: its opcode and where its payload lies. Servers neither
/// mask nor, here, fragment.
fn frame(bytes: &[u8]) -> Option<(u8, std::ops::Range<usize>)> {
    let (&first, &second) = (bytes.first()?, bytes.get(1)?);
    let (start, length) = match second & 0x7f {
        126 => (
            4,
            u16::from_be_bytes(bytes.get(2..4)?.try_into().ok()?).into(),
        ),
        127 => {
            let long = u64::from_be_bytes(bytes.get(2..10)?.try_into().ok()?);
            (10, usize::try_from(long).ok()?)
        }
        short => (2, usize::from(short)),
    };
    let end = start + length;
    (bytes.len() >= end).then_some((first & 0x0f, start..end))
}

/// A client must mask; with a key of zeros the payload stays as it is.
fn masked(opcode: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![0x80 | opcode];
    if let Ok(short @ 0..=125) = u8::try_from(payload.len()) {
        frame.push(0x80 | short);
    } else {
        let length = u16::try_from(payload.len()).unwrap_or(u16::MAX);
        frame.push(0x80 | 126);
        frame.extend_from_slice(&length.to_be_bytes());
    }
    frame.extend_from_slice(&[0; 4]);
    frame.extend_from_slice(&payload[..payload.len().min(usize::from(u16::MAX))]);
    frame
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_taken_only_when_whole() {
        assert_eq!(frame(&[0x81]), None);
        assert_eq!(frame(&[0x81, 2, b'h']), None);
        assert_eq!(frame(&[0x81, 2, b'h', b'i', 0x81]), Some((TEXT, 2..4)));
        let mut long = vec![0x81, 126, 1, 0];
        long.resize(4 + 256, b'x');
        assert_eq!(frame(&long), Some((TEXT, 4..260)));
    }

    #[test]
    fn what_a_client_sends_is_masked() {
        assert_eq!(masked(TEXT, b"hi"), [0x81, 0x82, 0, 0, 0, 0, b'h', b'i']);
        assert_eq!(masked(TEXT, &[b'x'; 200])[..4], [0x81, 0xfe, 0, 200]);
    }
}
