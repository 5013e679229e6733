//! Reading a recording back.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

use super::{Recorded, clients, subscribers};
use crate::record::line::At;

/// Why a recording can't be read.
#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    #[error("{path}: {source}")]
    Io { path: PathBuf, source: io::Error },
    /// A line that no recorder wrote.
    #[error("{path} line {line}: {problem}")]
    Line {
        path: PathBuf,
        line: usize,
        problem: String,
    },
}

/// Reads every client's and every subscriber's file of a folder. The last line of a file may be
/// torn, when its writer was killed.
///
/// # Errors
/// See [`RecordingError`].
pub fn read_recording(folder: &Path) -> Result<Recorded, RecordingError> {
    let io = |source| RecordingError::Io {
        path: folder.to_owned(),
        source,
    };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(io)? {
        files.push(entry.map_err(io)?.path());
    }
    files.sort();
    let mut recorded = Recorded::default();
    for path in files {
        let stem = path.file_name().and_then(|name| name.to_str());
        let name = stem
            .and_then(|name| name.strip_suffix(".ndjson"))
            .unwrap_or("");
        if let Some(client) = name.strip_prefix("client-") {
            clients::read(&path, client, &mut recorded.operations)?;
        } else if let Some(subscriber) = name.strip_prefix("subscriber-") {
            recorded
                .subscribers
                .push(subscribers::read(&path, subscriber)?);
        }
    }
    Ok(recorded)
}

/// Hands each line of a file to `each`, which may find fault with it.
pub(super) fn each_line<L: DeserializeOwned>(
    path: &Path,
    mut each: impl FnMut(u64, L) -> Result<(), &'static str>,
) -> Result<(), RecordingError> {
    let io = |source| RecordingError::Io {
        path: path.to_owned(),
        source,
    };
    let mut reader = BufReader::new(File::open(path).map_err(io)?);
    let mut text = String::new();
    for line in 1.. {
        text.clear();
        reader.read_line(&mut text).map_err(io)?;
        // Nothing, or a torn end.
        if !text.ends_with('\n') {
            break;
        }
        let wrong = |problem: String| RecordingError::Line {
            path: path.to_owned(),
            line,
            problem,
        };
        let At { t, line: read } =
            serde_json::from_str::<At<L>>(&text).map_err(|error| wrong(error.to_string()))?;
        each(t, read).map_err(|problem| wrong(problem.to_owned()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flowgrid_bus::Role;

    use super::*;
    use crate::{Answer, Fate, Heard, Recorder, Sent};

    const POSITION: &str = "1-7f3a91c2-5";

    fn sent(mark: String, key: Option<&str>) -> Sent {
        Sent {
            mark,
            org: "acme".to_owned(),
            aggregate_type: "building".to_owned(),
            aggregate_id: Some("rathaus".to_owned()),
            action: "change".to_owned(),
            key: key.map(str::to_owned),
            may_change_nothing: false,
        }
    }

    #[test]
    fn reads_what_was_recorded() {
        let folder = tempfile::tempdir().unwrap();
        let recorder = Recorder::create(folder.path()).unwrap();
        let mut client = recorder.client("c1").unwrap();
        let again = sent(client.mark(), Some("k"));
        let op = client.sending(&again).unwrap();
        client.unknown(op, "timed out").unwrap();
        let op = client.sending(&again).unwrap();
        client.acknowledged(op, POSITION, 3, "rathaus").unwrap();
        let refused = sent(client.mark(), None);
        let op = client.sending(&refused).unwrap();
        client.refused(op, 409, "conflict").unwrap();
        let open = sent(client.mark(), None);
        let _never_answered = client.sending(&open).unwrap();

        let recorded = read_recording(folder.path()).unwrap();
        let fates: Vec<Fate> = recorded
            .operations
            .iter()
            .map(crate::Operation::fate)
            .collect();
        assert_eq!(fates, [Fate::Acknowledged, Fate::Refused, Fate::Unknown]);
        let first = &recorded.operations[0];
        assert_eq!((&*first.mark, first.attempts.len()), ("c1-1", 2));
        assert_eq!(first.attempts[0].answer, Answer::Unknown);
        let told: Vec<_> = first.acknowledgements().collect();
        assert_eq!((told[0].1.to_string(), told[0].2), (POSITION.to_owned(), 3));
        assert!(told[0].0 >= first.first_sent());
    }

    #[test]
    fn a_subscriber_resumes_after_what_it_was_told() {
        let folder = tempfile::tempdir().unwrap();
        let recorder = Recorder::create(folder.path()).unwrap();
        let mut log = recorder
            .subscriber("s", "acme", Role::User, "buildings")
            .unwrap();
        assert_eq!(log.subscribing().unwrap(), None);
        for text in [
            r#"{"type":"subscribed","id":1,"channel":"buildings","position":"1-7f3a91c2-5"}"#,
            r#"{"type":"pong"}"#,
            r#"{"type":"event","id":1,"channel":"buildings","event":"building.changed","position":"1-7f3a91c2-7",
                "aggregateType":"building","aggregateId":"rathaus","revision":2,"at":"","data":{"name":"a"}}"#,
            r#"{"type":"lagged","id":1,"channel":"buildings","resume":"1-7f3a91c2-9"}"#,
            r#"{"type":"position","id":1,"channel":"buildings","position":"1-7f3a91c2-8"}"#,
        ] {
            log.heard(text).unwrap();
        }
        log.disconnected().unwrap();
        assert_eq!(log.subscribing().unwrap().map(|after| after.n), Some(9));

        let recorded = read_recording(folder.path()).unwrap();
        let [subscriber] = &*recorded.subscribers else {
            panic!("{:?}", recorded.subscribers);
        };
        assert!(matches!(
            &*subscriber.heard,
            [
                Heard::Subscribed { after: None, .. },
                Heard::Event { revision: 2, .. },
                Heard::Disconnected
            ]
        ));
    }

    #[test]
    fn the_torn_line_of_a_killed_writer_is_let_by_and_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let recorder = Recorder::create(folder.path()).unwrap();
        let mut client = recorder.client("c1").unwrap();
        let _op = client.sending(&sent("c1-1".to_owned(), None)).unwrap();
        let path = folder.path().join("client-c1.ndjson");
        let mut file = std::fs::OpenOptions::new()
            .append(true)
            .open(&path)
            .unwrap();
        file.write_all(br#"{"t":5,"what":"ackn"#).unwrap();
        assert_eq!(read_recording(folder.path()).unwrap().operations.len(), 1);
        file.write_all(b"\n").unwrap();
        assert!(read_recording(folder.path()).is_err());
    }

    #[test]
    fn only_what_has_a_key_is_sent_again() {
        let folder = tempfile::tempdir().unwrap();
        let recorder = Recorder::create(folder.path()).unwrap();
        let mut client = recorder.client("c1").unwrap();
        for _ in 0..2 {
            let op = client.sending(&sent("c1-1".to_owned(), None)).unwrap();
            client.unknown(op, "timed out").unwrap();
        }
        let error = read_recording(folder.path()).unwrap_err();
        assert!(error.to_string().contains("without its key"), "{error}");
        assert!(recorder.client("c1").is_err(), "a name is given once");
    }
}
