//! Simulated meters: the errors over many of them, and how often the band holds.

use flowgrid_analysis::savings::{Savings, savings};

use super::given::{ZONE, temperature};
use super::simulated::{Building, Noise, draw};

/// Noise of days and of hours by this share, with mild memory.
fn noise(share: f64) -> Noise {
    Noise::Lasting {
        share,
        resemblance: 0.3,
    }
}

fn errors(noise: Noise, missing: f64, meters: u64) -> Vec<(f64, Savings)> {
    let weather = temperature();
    (0..meters)
        .map(|seed| {
            let building = Building::any(seed);
            let meter = draw(&building, &weather, noise, missing, seed);
            let found = savings(
                &meter.usage,
                &weather,
                ZONE,
                &meter.periods,
                meter.metered,
                0.9,
            )
            .unwrap();
            (found.saved_share.unwrap() - meter.true_share, found)
        })
        .collect()
}

/// Mean, standard deviation and the worst, in percentage points.
fn summary(errors: &[(f64, Savings)]) -> (f64, f64, f64) {
    let count = errors.len() as f64;
    let mean = errors.iter().map(|(error, _)| error).sum::<f64>() / count;
    let spread = errors
        .iter()
        .map(|(error, _)| (error - mean).powi(2))
        .sum::<f64>()
        / count;
    let worst = errors
        .iter()
        .fold(0.0f64, |worst, (error, _)| worst.max(error.abs()));
    (100.0 * mean, 100.0 * spread.sqrt(), 100.0 * worst)
}

fn held(errors: &[(f64, Savings)]) -> f64 {
    let inside = (errors.iter())
        .filter(|(error, found)| error.abs() <= found.uncertainty_share.unwrap())
        .count();
    inside as f64 / errors.len() as f64
}

/// Of days that are off by a twentieth, every meter; of noisier ones all but the odd: two years of them don't
/// know their own sum to two points.
#[test]
fn savings_of_simulated_meters_are_within_two_percentage_points() {
    println!("noise | missing hours | mean error | deviation | worst (points) | 90 % band held");
    for (share, missing, most) in [(0.05, 0.0, 2.0), (0.05, 0.3, 2.0), (0.08, 0.05, 3.0)] {
        let errors = errors(noise(share), missing, 30);
        let (mean, deviation, worst) = summary(&errors);
        let held = held(&errors);
        println!(
            "{share:5} | {missing:13} | {mean:10.2} | {deviation:9.2} | {worst:14.2} | {held:14.2}"
        );
        assert!(worst < most, "{worst}");
        assert!(mean.abs() < 0.5, "{mean}");
    }
}

#[test]
fn the_band_holds_as_often_as_it_says_for_errors_that_last() {
    let lasting = Noise::Lasting {
        share: 0.15,
        resemblance: 0.7,
    };
    let errors = errors(lasting, 0.02, 50);
    let held = held(&errors);
    println!("band of 90 % held {held:.2}, errors {:?}", summary(&errors));
    assert!((0.85..=1.0).contains(&held), "{held}");
}
