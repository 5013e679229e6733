//! What must hold of every bill.

use chrono::TimeDelta;
use chrono_tz::{TZ_VARIANTS, Tz};
use flowgrid_analysis::tariffs::{DaySet, Window};
use proptest::prelude::*;

use super::*;

fn tariff() -> TariffParts {
    let window = |from: u32, to: u32| Window::new(None, DaySet::WORKING, from, to).unwrap();
    let rate = |name: &str, text, when| Rate {
        when,
        ..Rate::always(name, price(text))
    };
    TariffParts {
        demand: vec![
            Rate::always("peak", price("7.77")),
            rate("noon", "3.3333", vec![window(660, 840)]),
        ],
        fees: vec![
            Fee::PerMonth(price("9.99")),
            Fee::PerDay(price("0.123456789")),
        ],
        feed_in: FeedIn::Paid(price("0.0811")),
        ..parts(vec![
            rate("day", "0.31415926", vec![window(360, 1320)]),
            Rate::always("night", price("-0.02")),
        ])
    }
}

/// Hours of some weeks, each with something drawn and fed in.
fn any_slots() -> impl Strategy<Value = (Vec<Slot>, Bucket, Tz)> {
    let amounts = prop::collection::vec((0..9_000_000_i128, 0..3_000_000_i128), 1..120);
    let start = 1_600_000_000..1_900_000_000_i64;
    (amounts, start, 0..TZ_VARIANTS.len()).prop_map(|(amounts, start, zone)| {
        let zone = TZ_VARIANTS[zone];
        let from = DateTime::from_timestamp(start, 0).unwrap();
        let to = from + TimeDelta::hours(amounts.len() as i64);
        let hours = BucketSize::Hour.buckets(from, to, zone);
        let slots: Vec<Slot> = hours
            .zip(amounts)
            .map(|(bucket, (drawn, fed_in))| Slot {
                fed_in: Exact::from_millionths(fed_in),
                ..Slot::drawn(bucket, Exact::from_millionths(drawn))
            })
            .collect();
        let span = Bucket {
            start: slots[0].bucket.start,
            end: slots[slots.len() - 1].bucket.end,
        };
        (slots, span, zone)
    })
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 100,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn slots_and_lines_both_add_up_to_the_total((slots, span, zone) in any_slots()) {
        let costs = costs(tariff(), &slots, span, zone);
        let by_slot: Money = costs.slots.iter().map(|slot| slot.total()).sum();
        prop_assert_eq!(by_slot, costs.total);
        prop_assert_eq!(lines(&costs), costs.total);
        let drawn: Exact = slots.iter().map(|slot| slot.drawn).sum();
        let billed: Exact = costs.energy.iter().map(|line| line.kwh).sum();
        prop_assert_eq!(billed, drawn);
    }

    #[test]
    fn the_order_of_slots_does_not_matter(
        ((slots, span, zone), shuffled) in any_slots().prop_flat_map(|all| {
            let slots = all.0.clone();
            (Just(all), Just(slots).prop_shuffle())
        })
    ) {
        let one = costs(tariff(), &slots, span, zone);
        let other = costs(tariff(), &shuffled, span, zone);
        prop_assert_eq!(one.total, other.total);
        prop_assert_eq!(one.energy, other.energy);
        prop_assert_eq!(one.demand, other.demand);
    }
}
