//! What a kWh costs a building, and a kW of its highest hour.

use chrono_tz::Tz;
use flowgrid_analysis::buckets::date;
use flowgrid_analysis::degree_days::Hour;
use flowgrid_analysis::insights::Prices;
use flowgrid_analysis::tariffs::Currency;
use flowgrid_analysis::units::Carrier;
use flowgrid_domain::tariffs::TariffResource;
use flowgrid_projections::tariffs::Books;

/// By the tariff that holds on the last day of these hours: the mean of its prices, weighted by what was used when,
/// and the demand charges that hold at the highest hour. `None` where none holds.
pub fn prices(
    tariffs: &[TariffResource],
    (building, carrier, zone): (&str, Carrier, Tz),
    hours: &[Hour],
) -> Option<(Currency, Prices)> {
    let last = date(hours.last()?.start, zone);
    let first = date(hours.first()?.start, zone);
    let books = Books::of(tariffs, building, carrier, (first, last.succ_opt()?)).ok()?;
    let id = &books.on(last)?.id;
    let mut all = books
        .books
        .iter()
        .flat_map(|(currency, book)| book.tariffs().iter().map(move |tariff| (*currency, tariff)));
    let (currency, tariff) = all.rfind(|(_, tariff)| tariff.parts().name == *id)?;
    let local = |hour: &Hour| hour.start.with_timezone(&zone).naive_local();
    let (mut paid, mut used) = (0.0, 0.0);
    for hour in hours.iter().filter(|hour| hour.value > 0.0) {
        let rate = tariff.energy_rate(local(hour), &books.holidays);
        paid += hour.value * rate.price.to_f64();
        used += hour.value;
    }
    let highest = hours.iter().max_by(|a, b| a.value.total_cmp(&b.value))?;
    let charges = tariff.parts().demand.iter();
    let charges = charges.filter(|rate| rate.holds(local(highest), &books.holidays));
    let charges: Vec<f64> = charges.map(|rate| rate.price.to_f64()).collect();
    let prices = Prices {
        per_kwh: (used > 0.0).then(|| paid / used),
        per_kw_and_month: (!charges.is_empty()).then(|| charges.iter().sum()),
    };
    Some((currency, prices))
}
