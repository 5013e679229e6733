//! Better than the best naive forecast, within intervals that hold, on the three meters.

use flowgrid_analysis::forecast::{Family, Judgement, Options, Outlook, Series};

use crate::meters::{METERS, before, chicago, fitted, read, temperature};

/// Ends of the history, in hours before the end of the file: winter, autumn, summer and spring.
const ENDS: [usize; 4] = [0, 2190, 4380, 6570];

/// Judges at each end of each meter, and prints what came of it.
fn judged(title: &str, air: Option<&Series>, options: &Options) -> Vec<Judgement> {
    println!(
        "{title}\n| meter | hours before its end | family | MASE | best naive | within 90 % |"
    );
    let mut all = Vec::new();
    for name in METERS {
        let meter = read(name);
        for end in ENDS {
            let model = fitted(&before(&meter, end), air, options);
            let judgement = model.judgement().clone();
            println!(
                "| {name} | {end} | {:?} | {:.3} | {:.3} | {:.1} % |",
                judgement.family,
                judgement.mase.unwrap(),
                judgement.naive_mase.unwrap(),
                100.0 * judgement.coverage.unwrap()
            );
            all.push(judgement);
        }
    }
    all
}

fn holds(judgement: &Judgement) {
    assert!(judgement.mase < judgement.naive_mase, "{judgement:?}");
    let coverage = judgement.coverage.unwrap();
    assert!((0.85..=0.95).contains(&coverage), "{judgement:?}");
    assert_eq!(judgement.holdout.origins, 56);
}

#[test]
fn two_days_with_a_weather_forecast_beat_the_best_naive_one() {
    let options = Options {
        outlook: Outlook::Forecast,
        ..Options::default()
    };
    for judgement in judged("48 hours, weather forecast", Some(&temperature()), &options) {
        holds(&judgement);
    }
}

#[test]
fn a_week_with_a_weather_forecast_beats_the_best_naive_one() {
    let options = Options {
        horizon: 168,
        outlook: Outlook::Forecast,
        ..Options::default()
    };
    for judgement in judged(
        "168 hours, weather forecast",
        Some(&temperature()),
        &options,
    ) {
        holds(&judgement);
    }
}

#[test]
fn two_days_beat_the_best_naive_forecast_when_weather_is_only_remembered() {
    let title = "48 hours, temperature continued";
    for judgement in judged(title, Some(&temperature()), &Options::default()) {
        holds(&judgement);
    }
}

#[test]
fn a_day_without_any_weather_beats_the_best_naive_forecast() {
    let options = Options {
        horizon: 24,
        ..Options::default()
    };
    for judgement in judged("24 hours, no temperature", None, &options) {
        holds(&judgement);
    }
}

#[test]
fn three_families_beat_the_best_naive_forecast_each_by_itself() {
    let air = temperature();
    for name in METERS {
        let options = Options {
            outlook: Outlook::Forecast,
            ..Options::default()
        };
        let model = fitted(&read(name), Some(&air), &options);
        let judgement = model.judgement();
        for family in [Family::Smoothing, Family::Regression, Family::Analogue] {
            let score = judgement
                .table
                .iter()
                .find(|score| score.family == family)
                .unwrap();
            assert!(
                score.holdout_mase < judgement.naive_mase,
                "{name}: {judgement:?}"
            );
        }
    }
}

/// The judgement is no promise by itself: what the kept model then foretells must be as good.
#[test]
fn what_was_foretold_came_true() {
    let air = temperature();
    let options = Options {
        outlook: Outlook::Forecast,
        ..Options::default()
    };
    let (mut values, mut within, mut error, mut naive) = (0.0, 0.0, 0.0, 0.0);
    for name in METERS {
        let meter = read(name);
        for end in (1..=12).map(|nth| nth * 500) {
            let history = before(&meter, end);
            let model = fitted(&history, Some(&air), &options);
            let forecast = model.forecast(48, &chicago(), Some(&air)).unwrap();
            // Meters of different units count alike.
            let size: f64 = history.values.iter().flatten().sum::<f64>();
            let first = history.values.len();
            for (nth, point) in forecast.points.iter().enumerate() {
                let truth = meter.values[first + nth].unwrap();
                let yesterday = meter.values[first + nth % 24 - 24].unwrap();
                values += 1.0;
                within += f64::from(u8::from((point.lower..=point.upper).contains(&truth)));
                error += (truth - point.predicted).abs() / size;
                naive += (truth - yesterday).abs() / size;
            }
        }
    }
    println!(
        "36 forecasts: {:.1} % within, error {:.3} of the naive one",
        100.0 * within / values,
        error / naive
    );
    assert!(error < 0.8 * naive, "{error} {naive}");
    assert!(
        (0.85..=0.95).contains(&(within / values)),
        "{}",
        within / values
    );
}
