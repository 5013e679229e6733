//! From a past to a forecast.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use chrono::{DateTime, Utc};
use flowgrid_analysis::degree_days::Hour;
use flowgrid_analysis::forecast::{
    Calendar, Forecast, ForecastError, Options, Outlook, Series, Step, fit,
};
use tokio::sync::watch;

use super::history::History;

/// How far a forecast reaches, in hours.
const HORIZON: usize = 168;

/// The forecast of the week after the last hour that is known, and that moment.
///
/// # Errors
/// With why there is none: in words, for people.
pub(super) fn foretell(
    history: &History,
    stop: &watch::Receiver<bool>,
) -> Result<(DateTime<Utc>, Forecast), String> {
    let hours = history.values.hours();
    let series = series(&hours).ok_or_else(|| "no hour is known as a whole".to_owned())?;
    let outdoors = self::series(&history.outdoors);
    let calendar = Calendar::new(history.zone, []);
    let options = Options {
        horizon: HORIZON,
        level: 0.9,
        outlook: Outlook::Unknown,
    };
    let mut watch = |_| match *stop.borrow() {
        true => ControlFlow::Break(()),
        false => ControlFlow::Continue(()),
    };
    let model = fit(&series, &calendar, outdoors.as_ref(), &options, &mut watch);
    let model = model.map_err(reason)?;
    let origin = Step::hour(model.origin()).ok_or_else(|| reason(ForecastError::Calendar))?;
    let forecast = model.forecast(HORIZON, &calendar, None).map_err(reason)?;
    Ok((origin, forecast))
}

fn reason(error: ForecastError) -> String {
    match error {
        ForecastError::TooShort { have, need } => {
            format!("too little is known: {have} hours of the {need} that a forecast needs")
        }
        ForecastError::Horizon { .. }
        | ForecastError::Level
        | ForecastError::Steps
        | ForecastError::Calendar
        | ForecastError::Weather { .. }
        | ForecastError::Cancelled => error.to_string(),
    }
}

/// Hours as a series with gaps; `None` of nothing.
fn series(hours: &[Hour]) -> Option<Series> {
    let index = |hour: &Hour| hour.start.timestamp().div_euclid(3_600);
    let known: BTreeMap<i64, f64> = hours.iter().map(|hour| (index(hour), hour.value)).collect();
    let (first, last) = (*known.first_key_value()?.0, *known.last_key_value()?.0);
    Some(Series {
        step: Step::Hour,
        start: first,
        values: (first..=last)
            .map(|hour| known.get(&hour).copied())
            .collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_stay_gaps() {
        let at = |hour: i64| Hour {
            start: DateTime::from_timestamp(hour * 3_600, 0).unwrap(),
            value: 1.0,
        };
        let series = series(&[at(12), at(10)]).unwrap();
        assert_eq!((series.start, series.end()), (10, 13));
        assert_eq!(series.values, [Some(1.0), None, Some(1.0)]);
        assert_eq!(super::series(&[]), None);
    }
}
