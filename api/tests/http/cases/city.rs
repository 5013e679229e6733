//! Buildings, their sensors, and what those report.

use serde_json::{Value, json};

use super::Foreign::{Empty, ItsOwn, NotFound};
use super::{Case, MANAGER, USER, VIEWER, case};

pub fn cases() -> Vec<Case> {
    let none = || Value::Null;
    vec![
        case("get", "/api/v1/citypulse/buildings", VIEWER, Empty, none()),
        case(
            "post",
            "/api/v1/citypulse/buildings",
            USER,
            ItsOwn,
            json!({"name": "B", "id": "b"}),
        ),
        case(
            "get",
            "/api/v1/citypulse/buildings/{id}",
            VIEWER,
            NotFound,
            none(),
        ),
        case(
            "put",
            "/api/v1/citypulse/buildings/{id}",
            USER,
            NotFound,
            json!({"name": "C"}),
        ),
        case(
            "delete",
            "/api/v1/citypulse/buildings/{id}",
            MANAGER,
            NotFound,
            none(),
        ),
        case("get", "/api/v1/citypulse/energy", VIEWER, Empty, none()),
        case(
            "get",
            "/api/v1/citypulse/energy/benchmarks",
            VIEWER,
            Empty,
            none(),
        ),
        case(
            "get",
            "/api/v1/citypulse/energy/costs",
            VIEWER,
            Empty,
            none(),
        ),
        case(
            "get",
            "/api/v1/citypulse/analytics/comparison",
            VIEWER,
            Empty,
            none(),
        ),
        case("get", "/api/v1/citypulse/tariffs", VIEWER, Empty, none()),
        case(
            "post",
            "/api/v1/citypulse/tariffs",
            MANAGER,
            ItsOwn,
            json!({"name": "T", "id": "t", "carrier": "electricity", "currency": "EUR",
                "validFrom": "2026-01-01", "energy": [{"name": "all", "price": 0.3}]}),
        ),
        case(
            "get",
            "/api/v1/citypulse/energy/summary",
            VIEWER,
            Empty,
            none(),
        ),
        case(
            "get",
            "/api/v1/citypulse/energy/savings",
            VIEWER,
            NotFound,
            none(),
        )
        .asking("building={id}&blackoutFrom=2026-01-01"),
        case(
            "get",
            "/api/v1/citypulse/energy/forecast",
            VIEWER,
            NotFound,
            none(),
        )
        .asking("building={id}"),
        case(
            "get",
            "/api/v1/citypulse/energy/recommendations",
            VIEWER,
            Empty,
            none(),
        ),
        case("get", "/api/v1/citypulse/analytics", VIEWER, Empty, none()),
        case(
            "get",
            "/api/v1/citypulse/analytics/anomalies",
            VIEWER,
            Empty,
            none(),
        ),
        case(
            "get",
            "/api/v1/citypulse/analytics/insights",
            VIEWER,
            Empty,
            none(),
        ),
        case("get", "/api/v1/citypulse/sensors", VIEWER, Empty, none()),
        // In the building that the case above has registered.
        case(
            "post",
            "/api/v1/citypulse/sensors",
            USER,
            ItsOwn,
            json!({"name": "S", "id": "s", "buildingId": "b", "kind": "power", "unit": "kW",
                "mode": "instantaneous"}),
        ),
        case(
            "get",
            "/api/v1/citypulse/buildings/{id}/sensors",
            VIEWER,
            NotFound,
            none(),
        ),
        case(
            "get",
            "/api/v1/citypulse/sensors/{id}",
            VIEWER,
            NotFound,
            none(),
        ),
        case(
            "put",
            "/api/v1/citypulse/sensors/{id}",
            USER,
            NotFound,
            json!({"name": "T"}),
        ),
        case(
            "post",
            "/api/v1/citypulse/sensors/{id}/readings",
            USER,
            NotFound,
            json!([{"timestamp": "2026-05-01T00:00:00Z", "value": 1}]),
        ),
        case(
            "get",
            "/api/v1/citypulse/sensors/{id}/readings",
            VIEWER,
            NotFound,
            none(),
        ),
        // Of the sensor that the case above has installed.
        case(
            "post",
            "/api/v1/citypulse/readings",
            USER,
            ItsOwn,
            json!([{"sensorId": "s", "timestamp": "2026-05-01T00:00:00Z", "value": 1}]),
        ),
        case(
            "post",
            "/api/v1/citypulse/readings/corrections",
            MANAGER,
            ItsOwn,
            json!({"reason": "x", "void": [{"sensorId": "s", "timestamp": "2026-05-01T00:00:00Z"}]}),
        ),
        case(
            "delete",
            "/api/v1/citypulse/sensors/{id}",
            MANAGER,
            NotFound,
            none(),
        ),
    ]
}
