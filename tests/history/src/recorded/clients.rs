//! A client's file as operations.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use super::read::{RecordingError, each_line};
use super::{Answer, Attempt, Operation};
use crate::intern::Names;
use crate::record::line::ClientLine;

/// What is needed to put a client's lines together.
struct Client<'o> {
    name: Arc<str>,
    names: Names,
    operations: &'o mut Vec<Operation>,
    /// Where the operation of a mark stands.
    marks: HashMap<Box<str>, usize>,
    /// Where the attempt that waits for its answer stands, by its number.
    open: HashMap<u64, (usize, usize)>,
}

/// Appends the operations of a file.
pub(super) fn read(
    path: &Path,
    name: &str,
    operations: &mut Vec<Operation>,
) -> Result<(), RecordingError> {
    let mut client = Client {
        name: name.into(),
        names: Names::default(),
        operations,
        marks: HashMap::new(),
        open: HashMap::new(),
    };
    each_line(path, |t, line| client.take(t, line))
}

impl Client<'_> {
    fn take(&mut self, t: u64, line: ClientLine) -> Result<(), &'static str> {
        match line {
            ClientLine::Sending { n, .. } => {
                let at = self.operation(line)?;
                let Some(operation) = self.operations.get_mut(at) else {
                    return Err("no such operation");
                };
                operation.attempts.push(Attempt {
                    sent: t,
                    answered: None,
                    answer: Answer::Unknown,
                });
                self.open.insert(n, (at, operation.attempts.len() - 1));
                Ok(())
            }
            ClientLine::Acknowledged {
                n,
                position,
                revision,
                id,
            } => {
                let answer = Answer::Acknowledged {
                    position,
                    revision,
                    aggregate_id: id.into(),
                };
                self.answer(n, t, answer)
            }
            ClientLine::Unknown { n, why: _ } => self.answer(n, t, Answer::Unknown),
            ClientLine::Refused { n, status, code: _ } => {
                self.answer(n, t, Answer::Refused { status })
            }
        }
    }

    /// Where the operation of a sending stands: a new one, unless its mark is known.
    fn operation(&mut self, line: ClientLine) -> Result<usize, &'static str> {
        let ClientLine::Sending {
            mark,
            org,
            aggregate_type,
            id,
            action,
            key,
            may_change_nothing,
            ..
        } = line
        else {
            return Err("not a sending");
        };
        if let Some(at) = self.marks.get(&*mark) {
            let same = self
                .operations
                .get(*at)
                .is_some_and(|first| first.key.is_some() && first.key.as_deref() == key.as_deref());
            return if same {
                Ok(*at)
            } else {
                Err("a mark sent again without its key")
            };
        }
        let operation = Operation {
            client: Arc::clone(&self.name),
            mark: mark.into(),
            org: self.names.get(&org),
            aggregate_type: self.names.get(&aggregate_type),
            aggregate_id: id.map(Into::into),
            action: self.names.get(&action),
            key: key.map(Into::into),
            may_change_nothing,
            attempts: Vec::with_capacity(1),
        };
        let at = self.operations.len();
        self.marks.insert(operation.mark.clone(), at);
        self.operations.push(operation);
        Ok(at)
    }

    fn answer(&mut self, n: u64, t: u64, answer: Answer) -> Result<(), &'static str> {
        let waiting = self.open.remove(&n);
        let attempt = waiting.and_then(|(operation, attempt)| {
            self.operations
                .get_mut(operation)?
                .attempts
                .get_mut(attempt)
        });
        let Some(attempt) = attempt else {
            return Err("an answer to nothing that waits");
        };
        attempt.answered = Some(t);
        attempt.answer = answer;
        Ok(())
    }
}
