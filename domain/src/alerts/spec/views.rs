//! What the API shows.

use serde_json::json;

use super::*;
use crate::Shown;

#[test]
fn the_resource_shows_the_state() {
    let mut alert = Alert::default();
    assert_eq!(alert.resource("a-1", at(0), at(0), 0), None);
    for event in [raised(), acknowledged(), commented("c1"), resolved()] {
        alert.evolve(&event);
    }
    let resource = alert.resource("a-1", at(0), at(2), 4).unwrap();
    let expected = json!({
        "id": "a-1", "type": "high", "alertType": "overheating", "severity": "high", "priority": 2,
        "status": "resolved", "source": {"kind": "sensor", "id": "t-1"},
        "nodeId": null, "buildingId": "rathaus", "title": "Too hot", "message": "41 °C",
        "count": 1,
        "firstOccurredAt": "2026-05-01T10:00:00Z", "lastOccurredAt": "2026-05-01T10:00:00Z",
        "acknowledged": true, "acknowledgedBy": "ada",
        "acknowledgedAt": "2026-05-01T10:01:00Z", "acknowledgeNote": null,
        "resolved": true, "resolvedBy": "ada",
        "resolvedAt": "2026-05-01T10:02:00Z", "resolutionNote": "cooled",
        "assignee": null, "snoozedUntil": null,
        "comments": [
            {"id": "c1", "by": "ada", "text": "on my way", "at": "2026-05-01T10:01:00Z"},
        ],
        "createdAt": "2026-05-01T10:00:00Z", "updatedAt": "2026-05-01T10:02:00Z", "revision": 4,
    });
    assert_eq!(serde_json::to_value(resource).unwrap(), expected);
}

#[test]
fn a_late_report_does_not_turn_time_back() {
    let mut alert = Alert::default();
    alert.evolve(&raised());
    for (minute, count) in [(9, 2), (4, 3)] {
        alert.evolve(&AlertEvent::RaisedAgain(RaisedAgain {
            place: place(Severity::High),
            title: None,
            message: Patch::Absent,
            occurred_at: at(minute),
            count,
        }));
    }
    let facts = alert.facts().unwrap();
    assert_eq!((facts.count, facts.last_occurred_at), (3, at(9)));
}

#[test]
fn an_alert_learns_its_place_once() {
    let nowhere = Raise {
        building_id: None,
        ..raise()
    };
    let mut alert = Alert::default();
    for raise in [nowhere, raise()] {
        for event in alert.decide(&AlertCommand::Raise(raise)).unwrap() {
            alert.evolve(&event);
        }
    }
    let elsewhere = Raise {
        building_id: Some(Slug::parse("schule").unwrap()),
        ..raise()
    };
    for event in alert.decide(&AlertCommand::Raise(elsewhere)).unwrap() {
        alert.evolve(&event);
    }
    let facts = alert.facts().unwrap();
    assert_eq!(facts.building_id.as_deref(), Some("rathaus"));
    assert_eq!(facts.count, 3);
}
