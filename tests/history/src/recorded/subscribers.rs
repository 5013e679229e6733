//! A subscriber's file.

use std::path::Path;

use flowgrid_bus::{Position, Role};

use super::read::{RecordingError, each_line};
use super::{Heard, Subscriber};
use crate::intern::Names;
use crate::record::line::SubscriberLine;

/// Reads one file.
pub(super) fn read(path: &Path, name: &str) -> Result<Subscriber, RecordingError> {
    let mut subscriber = Subscriber {
        name: name.into(),
        org: "".into(),
        role: Role::Viewer,
        channel: "".into(),
        heard: Vec::new(),
    };
    let mut names = Names::default();
    let mut asked: Option<Option<Position>> = None;
    each_line(path, |_, line| {
        let heard = match line {
            SubscriberLine::Follows { org, role, channel } => {
                subscriber.org = org.into();
                subscriber.role = role;
                subscriber.channel = channel.into();
                return Ok(());
            }
            SubscriberLine::Subscribing { after } => {
                asked = Some(after);
                return Ok(());
            }
            SubscriberLine::Subscribed {
                position,
                recovered,
            } => Heard::Subscribed {
                after: asked.take().ok_or("an answer to no question")?,
                position,
                recovered,
            },
            SubscriberLine::Seen {
                position,
                event,
                aggregate_type,
                id,
                revision,
                data,
            } => Heard::Event {
                position,
                event: names.get(&event),
                aggregate_type: names.get(&aggregate_type),
                aggregate_id: names.get(&id),
                revision,
                data,
            },
            SubscriberLine::Disconnected => Heard::Disconnected,
            SubscriberLine::Left => Heard::Left,
        };
        subscriber.heard.push(heard);
        Ok(())
    })?;
    Ok(subscriber)
}
