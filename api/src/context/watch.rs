//! What looks after security beside the requests.

use std::sync::Arc;

use axum::http::header::USER_AGENT;
use axum::http::request::Parts as RequestParts;
use flowgrid_log::{LogKind, Tail};
use tokio::sync::watch;

use super::{AppState, Parts, RequestId};
use crate::limits::{Learner, Plans, caller_address};
use crate::request::header_text;
use crate::security::{Alarm, Detector, Recorder, Sighting, Usual, Whence, Writer, agent_of};

/// Records what is seen, finds threats in it, and knows which plans have changed: in each process that
/// signs people in.
pub(super) struct Watch {
    pub recorder: Option<Recorder>,
    pub plans: Plans,
    /// Dropped with the edge: the detectors end then.
    _here: watch::Sender<()>,
}

impl Watch {
    pub fn start(parts: &Parts) -> Self {
        let (here, gone) = watch::channel(());
        let plans = Plans::default();
        let recorder = parts.people.as_ref().map(|people| {
            for tail in parts.tails.iter() {
                if tail.info().kind == LogKind::Identity {
                    tokio::spawn(detector(parts, tail).run(gone.clone()));
                    let learner = Learner {
                        plans: plans.clone(),
                        commands: parts.commands.clone(),
                        store: parts.store.clone(),
                        tail: Arc::clone(tail),
                    };
                    tokio::spawn(learner.run(gone.clone()));
                }
            }
            Recorder::start(Writer {
                commands: parts.commands.clone(),
                store: parts.store.clone(),
                vault: people.vault.clone(),
                ids: parts.ids.clone(),
            })
        });
        Self {
            recorder,
            plans,
            _here: here,
        }
    }
}

/// For one identity log.
fn detector(parts: &Parts, tail: &Arc<Tail>) -> Detector {
    Detector {
        store: parts.store.clone(),
        tail: Arc::clone(tail),
        alarm: Alarm {
            commands: parts.commands.clone(),
            ids: parts.ids.clone(),
        },
        usual: Usual::new(parts.read.clone(), Arc::clone(tail)),
    }
}

/// Where a request comes from.
pub(super) fn whence(parts: &RequestParts, state: &AppState) -> Whence {
    let proxies = &state.config().trusted_proxies;
    let agent = header_text(&parts.headers, USER_AGENT.as_str());
    Whence {
        address: caller_address(&parts.extensions, &parts.headers, proxies),
        agent: agent.and_then(agent_of),
        request_id: parts
            .extensions
            .get::<RequestId>()
            .map(|id| Arc::clone(&id.0)),
    }
}

impl AppState {
    /// Has it recorded, where this process signs people in.
    pub(crate) fn saw(&self, sighting: Sighting) {
        if let Some(recorder) = &self.0.watch.recorder {
            recorder.saw(sighting);
        }
    }
}
