//! For tests: the rows that events leave one by one are what the domain's own fold says.

use flowgrid_domain::{Decider, Event};
use serde_json::{Map, Value};

use super::model::{DocumentModel, Effect};

type Row = (Option<String>, Map<String, Value>);

/// Applies the events, given as type and payload, and compares after each of them.
pub(crate) fn assert_agreement<D: DocumentModel>(events: &[(&str, Value)]) -> Row {
    let mut row: Option<Row> = None;
    let mut state = D::Aggregate::default();
    for (name, payload) in events {
        let event =
            <D::Aggregate as Decider>::Event::decode(name, "1.0", &payload.to_string()).unwrap();
        match (D::effect(&event), &mut row) {
            (Effect::Begin { owner, fields }, None) | (Effect::Put { owner, fields }, None) => {
                row = Some((owner, fields));
            }
            (Effect::Begin { .. }, Some(_)) => panic!("{name} begins what has begun"),
            (Effect::Put { fields, .. } | Effect::Set(fields), Some((_, body))) => {
                body.extend(fields);
            }
            (Effect::Set(_), None) => panic!("{name} changes what hasn't begun"),
        }
        state.evolve(&event);
        assert_eq!(row, D::document(&state), "after {name}");
    }
    row.unwrap()
}
