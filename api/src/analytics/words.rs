//! Words that are made of figures.

use flowgrid_analysis::insights::Evidence;

/// A number for people: three digits that mean something, thousands apart.
pub fn figure(value: f64) -> String {
    let size = value.abs();
    let decimals = match size {
        size if size >= 100.0 => 0,
        size if size >= 10.0 => 1,
        _ => 2,
    };
    let plain = format!("{size:.decimals$}");
    let (whole, rest) = plain.split_once('.').unwrap_or((&plain, ""));
    let mut apart = String::new();
    for (nth, digit) in whole.chars().enumerate() {
        if nth > 0 && (whole.len() - nth).is_multiple_of(3) {
            apart.push(',');
        }
        apart.push(digit);
    }
    let sign = if value < 0.0 { "-" } else { "" };
    if rest.is_empty() {
        format!("{sign}{apart}")
    } else {
        format!("{sign}{apart}.{rest}")
    }
}

/// An hour of the local clock: `7:30`.
fn clock(hour: f64) -> String {
    let minutes = (hour * 60.0).round().rem_euclid(24.0 * 60.0);
    format!("{:.0}:{:02.0}", (minutes / 60.0).floor(), minutes % 60.0)
}

/// A finding's kind, as it is named in answers.
pub fn kind(evidence: &Evidence) -> &'static str {
    match evidence {
        Evidence::NightLoad { .. } => "nightLoad",
        Evidence::WeekendLoad { .. } => "weekendLoad",
        Evidence::HeatingSensitivity { .. } => "heatingSensitivity",
        Evidence::CoolingSensitivity { .. } => "coolingSensitivity",
        Evidence::ScheduleDrift { .. } => "scheduleDrift",
        Evidence::Peaks { .. } => "peaks",
        Evidence::StuckSensor { .. } => "stuckSensor",
        Evidence::DriftingSensor { .. } => "driftingSensor",
        Evidence::Anomaly { .. } => "anomaly",
    }
}

/// What was seen, in a sentence.
pub fn sentence(evidence: &Evidence) -> String {
    match evidence {
        Evidence::NightLoad {
            usual_kw,
            quiet_kw,
            working_kw,
            nights,
        } => format!(
            "At night (0:00 to 5:00) usually {} kW run, on the quietest tenth of {nights} nights {} kW; \
             in working hours it is {} kW.",
            figure(*usual_kw),
            figure(*quiet_kw),
            figure(*working_kw)
        ),
        Evidence::WeekendLoad {
            usual_kw,
            quiet_kw,
            working_kw,
            days,
        } => format!(
            "On weekends (8:00 to 18:00) usually {} kW run, on the quietest tenth of {days} days {} kW; \
             in working hours it is {} kW.",
            figure(*usual_kw),
            figure(*quiet_kw),
            figure(*working_kw)
        ),
        Evidence::HeatingSensitivity {
            kwh_per_degree_day,
            balance_celsius,
            heating_kwh_per_year,
            share,
        } => degrees(
            ("Heating", "below"),
            (*kwh_per_degree_day, *balance_celsius),
            (*heating_kwh_per_year, *share),
        ),
        Evidence::CoolingSensitivity {
            kwh_per_degree_day,
            balance_celsius,
            cooling_kwh_per_year,
            share,
        } => degrees(
            ("Cooling", "above"),
            (*kwh_per_degree_day, *balance_celsius),
            (*cooling_kwh_per_year, *share),
        ),
        Evidence::ScheduleDrift {
            start_before,
            start_now,
            end_before,
            end_now,
            longer_minutes,
        } => format!(
            "Working days run from {} to {} now, from {} to {} before: {} minutes {}.",
            clock(*start_now),
            clock(*end_now),
            clock(*start_before),
            clock(*end_before),
            figure(longer_minutes.abs()),
            if *longer_minutes > 0.0 {
                "longer"
            } else {
                "shorter"
            }
        ),
        Evidence::Peaks {
            months,
            highest_kw,
            highest_at,
            mean_peak_kw,
            mean_capped_kw,
            shifted_kwh_per_year,
        } => format!(
            "The highest hour of {months} months was {} kW at {}. Without the highest hundredth of their hours, \
             the months' peaks would be {} kW instead of {} kW on average: {} kWh a year would be used at other times.",
            figure(*highest_kw),
            highest_at.format("%Y-%m-%dT%H:%MZ"),
            figure(*mean_capped_kw),
            figure(*mean_peak_kw),
            figure(*shifted_kwh_per_year)
        ),
        Evidence::StuckSensor {
            value,
            hours,
            otherwise_hours,
        } => format!(
            "It showed {value} for {hours} hours on end; otherwise no value stays longer than {otherwise_hours} hours."
        ),
        Evidence::DriftingSensor {
            per_year,
            weeks,
            spread,
        } => format!(
            "Over {weeks} weeks it left the others of its kind by {} a year; single weeks differ by {}.",
            figure(*per_year),
            figure(*spread)
        ),
        Evidence::Anomaly {
            hours,
            measured_kwh,
            expected_kwh,
            score,
        } => format!(
            "In {hours} hours {} kWh were used, where similar days around them used {} kWh: {} times the usual spread.",
            figure(*measured_kwh),
            figure(*expected_kwh),
            figure(score.abs())
        ),
    }
}

fn degrees(
    (what, side): (&str, &str),
    (slope, balance): (f64, f64),
    (kwh, share): (f64, f64),
) -> String {
    format!(
        "{what} takes {} kWh a year, {} % of all: it begins {side} {} °C and takes {} kWh a day for each degree.",
        figure(kwh),
        figure(100.0 * share),
        figure(balance),
        figure(slope)
    )
}

/// What to do about it.
pub fn advice(evidence: &Evidence) -> &'static str {
    match evidence {
        Evidence::NightLoad { .. } => "Find out what is left on on most nights.",
        Evidence::WeekendLoad { .. } => "Find out what is left on on most weekends.",
        Evidence::HeatingSensitivity { .. } => "Heat by one degree less.",
        Evidence::CoolingSensitivity { .. } => "Cool by one degree less.",
        Evidence::ScheduleDrift { .. } => {
            "Put the timers back to the hours in which the building is used."
        }
        Evidence::Peaks { .. } => "Move what can wait out of the highest hours.",
        Evidence::StuckSensor { .. } => "Look after the sensor: its readings can't be trusted.",
        Evidence::DriftingSensor { .. } => "Calibrate the sensor.",
        Evidence::Anomaly { .. } => "Find out what happened then.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_three_digits_and_thousands_apart() {
        let all = [1_234_567.8, 1_000.0, 999.4, 12.34, 1.239, -0.5, 0.0].map(figure);
        assert_eq!(
            all,
            ["1,234,568", "1,000", "999", "12.3", "1.24", "-0.50", "0.00"]
        );
    }

    #[test]
    fn clocks_show_minutes() {
        assert_eq!([7.5, 18.0, 23.999].map(clock), ["7:30", "18:00", "0:00"]);
    }
}
