//! Buildings as GeoJSON (RFC 7946).

use axum::http::HeaderValue;
use axum::http::header::CONTENT_TYPE;
use axum::response::Response;
use flowgrid_domain::buildings::BuildingResource;
use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::Pagination;

/// One page of buildings.
#[derive(Serialize, ToSchema)]
pub struct FeatureCollection {
    /// `FeatureCollection`
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub features: Vec<Feature>,
    pub pagination: Pagination,
}

/// One building.
#[derive(Serialize, ToSchema)]
pub struct Feature {
    /// `Feature`
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub id: String,
    /// Null where the place isn't known.
    pub geometry: Option<Point>,
    pub properties: BuildingResource,
}

/// Where it stands.
#[derive(Serialize, ToSchema)]
pub struct Point {
    /// `Point`
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Longitude, latitude; degrees, WGS 84.
    pub coordinates: [f64; 2],
}

impl FeatureCollection {
    pub fn of(buildings: Vec<BuildingResource>, pagination: Pagination) -> Self {
        Self {
            kind: "FeatureCollection",
            features: buildings.into_iter().map(Feature::of).collect(),
            pagination,
        }
    }
}

impl Feature {
    fn of(building: BuildingResource) -> Self {
        let place = building.lon.zip(building.lat);
        Self {
            kind: "Feature",
            id: building.id.clone(),
            geometry: place.map(|(lon, lat)| Point {
                kind: "Point",
                coordinates: [lon, lat],
            }),
            properties: building,
        }
    }
}

/// Says that the body is GeoJSON.
pub fn mark(response: &mut Response) {
    let geojson = HeaderValue::from_static("application/geo+json");
    response.headers_mut().insert(CONTENT_TYPE, geojson);
}
