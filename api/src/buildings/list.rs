//! Lists of buildings.

use axum::response::Response;
use flowgrid_domain::buildings::{BuildingResource, BuildingStatus};
use flowgrid_projections::buildings::{self, Filter, Sort, SortField};
use flowgrid_projections::{ModelName, Page};

use super::geojson;
use crate::answer::{Listed, Pagination, listed, read_json};
use crate::context::{Access, Viewer};
use crate::document::{BuildingQuery, QueryFailures, QueryHeaders};
use crate::error::ApiError;
use crate::request::{Params, Window, sort_of};

/// Buildings, filtered, sorted, paged; as GeoJSON with `format=geojson`.
#[utoipa::path(
    get,
    path = "/api/v1/citypulse/buildings",
    tag = "buildings",
    params(BuildingQuery, QueryHeaders),
    responses(
        (status = 200, description = "A page; with format=geojson a FeatureCollection (RFC 7946)",
            content((Listed<BuildingResource> = "application/json"),
                    (geojson::FeatureCollection = "application/geo+json")),
            headers(("ETag" = String))),
        (status = 304, description = "Nothing changed since If-None-Match"),
        QueryFailures
    )
)]
pub async fn list_buildings(access: Access<Viewer>, params: Params) -> Result<Response, ApiError> {
    let window = Window::of(&params)?;
    let filter = filter(&params, window)?;
    let as_geojson = match params.text("format") {
        None | Some("json") => false,
        Some("geojson") => true,
        Some(_) => return Err(ApiError::parameter("format", "must be json or geojson")),
    };
    let models = [ModelName::Buildings, ModelName::Alerts];
    let mut tx = access.query(&models).await?;
    let page = buildings::list(&mut tx, &filter).await?;
    drop(tx);
    if as_geojson {
        return collection(window, page);
    }
    listed(window, page)
}

fn collection(window: Window, page: Page<BuildingResource>) -> Result<Response, ApiError> {
    let pagination = Pagination::of(window, page.items.len(), page.total);
    let body = geojson::FeatureCollection::of(page.items, pagination);
    let mut response = read_json(&body, None)?;
    geojson::mark(&mut response);
    Ok(response)
}

fn filter(params: &Params, window: Window) -> Result<Filter, ApiError> {
    let status = match params.text("status") {
        None | Some("all") => None,
        Some("active") => Some(BuildingStatus::Active),
        Some("retired") => Some(BuildingStatus::Retired),
        Some(_) => return Err(ApiError::parameter("status", "must be active or retired")),
    };
    let sort = sort_of(params, SortField::parse)?;
    Ok(Filter {
        kind: params.text("kind").map(str::to_owned),
        status,
        text: params.search()?,
        bbox: params.text("bbox").map(bbox).transpose()?,
        updated_since: params.time("updatedSince")?,
        sort: sort.map_or_else(Sort::default, |(field, descending)| Sort {
            field,
            descending,
        }),
        limit: window.limit,
        offset: window.offset.into(),
    })
}

/// `west,south,east,north` in degrees; west may be greater than east across the 180th meridian.
fn bbox(text: &str) -> Result<[f64; 4], ApiError> {
    let bad = || {
        ApiError::parameter(
            "bbox",
            "must be west,south,east,north in degrees, such as 8.9,48.3,9.1,48.4",
        )
    };
    let numbers: Result<Vec<f64>, _> = text.split(',').map(|part| part.trim().parse()).collect();
    let numbers: [f64; 4] = numbers.map_err(|_| bad())?.try_into().map_err(|_| bad())?;
    let [west, south, east, north] = numbers;
    let inside = |number: f64, most: f64| number.is_finite() && number.abs() <= most;
    let sound = inside(west, 180.0)
        && inside(east, 180.0)
        && inside(south, 90.0)
        && inside(north, 90.0)
        && south <= north;
    sound.then_some(numbers).ok_or_else(bad)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::bbox;

    proptest! {
        #[test]
        fn any_box_is_on_earth(text in prop_oneof![any::<String>(), "(-?[0-9eE.infNa]{1,6},){3}-?[0-9eE.]{1,6}"]) {
            if let Ok([west, south, east, north]) = bbox(&text) {
                prop_assert!([west, east].iter().all(|degrees| degrees.abs() <= 180.0));
                prop_assert!(-90.0 <= south && south <= north && north <= 90.0);
            }
        }
    }

    #[test]
    fn a_box_has_four_sound_sides() {
        assert!(bbox("8.9, 48.3, 9.1, 48.4").is_ok());
        assert!(bbox("179,-10,-179,10").is_ok());
        for bad in [
            "",
            "1,2,3",
            "1,2,3,4,5",
            "a,b,c,d",
            "0,5,1,4",
            "0,NaN,1,1",
            "0,0,181,1",
        ] {
            assert!(bbox(bad).is_err(), "{bad}");
        }
    }
}
