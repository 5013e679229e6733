//! From what flowed to a bill.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use chrono_tz::Tz;
use flowgrid_analysis::buckets::{Bucket, BucketSize, date, day_begins};
use flowgrid_analysis::places;
use flowgrid_analysis::tariffs::{Costs, Currency, Slot, SlotCost};
use flowgrid_analysis::units::{Carrier, Exact};
use flowgrid_domain::tariffs::TariffResource;
use flowgrid_projections::tariffs::{Books, NoBooks};

use super::super::range::dates;
use super::co2::{Factors, NoFactor, Used};
use super::flows::Flow;

/// By what a building pays.
#[derive(Clone, Copy, Debug)]
pub struct Terms<'t> {
    pub tariffs: &'t [TariffResource],
    pub zone: Tz,
    /// What is billed: fees are due for all of it.
    pub span: Bucket,
    /// How fine the flows are.
    pub size: BucketSize,
}

/// One slot of a bill.
#[derive(Clone, Copy, Debug)]
pub struct Billed {
    pub bucket: Bucket,
    /// `None` where nothing was heard.
    pub flow: Option<Flow>,
    /// `None` where no tariff holds.
    pub cost: Option<(Currency, SlotCost)>,
    /// `None` where no factor is known.
    pub co2_kg: Option<Exact>,
}

/// Time without a tariff.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Without {
    pub span: Bucket,
    pub kwh: Exact,
}

/// What a building owes for a carrier.
#[derive(Clone, Debug)]
pub struct Bill {
    /// By currency.
    pub costs: BTreeMap<Currency, Costs>,
    pub slots: Vec<Billed>,
    pub without: Vec<Without>,
    pub factors: Vec<Used>,
    pub no_factor: Option<NoFactor>,
}

/// The bill of a building and carrier.
///
/// # Errors
/// [`NoBooks`] when there are too many tariffs, or one can't be computed with.
pub fn bill(
    terms: &Terms<'_>,
    building: &str,
    carrier: Carrier,
    flows: &BTreeMap<Bucket, Flow>,
) -> Result<Bill, NoBooks> {
    let (first, last) = dates(terms.span.start, terms.span.end, terms.zone);
    let until = last.succ_opt().unwrap_or(last);
    let books = Books::of(terms.tariffs, building, carrier, (first, until))?;
    let mut factors = Factors::new(places::country(terms.zone), carrier);
    let mut priced: BTreeMap<Currency, Vec<Slot>> = BTreeMap::new();
    let (mut slots, mut payable) = (Vec::new(), Vec::new());
    for whole in terms
        .size
        .buckets(terms.span.start, terms.span.end, terms.zone)
    {
        let Some(bucket) = whole.overlap(&terms.span) else {
            continue;
        };
        let flow = flows.get(&whole).copied();
        let day = date(bucket.start, terms.zone);
        let tariff = books.on(day);
        let drawn = flow.unwrap_or_default().drawn;
        slots.push(Billed {
            bucket,
            flow,
            cost: None,
            co2_kg: factors.kg(drawn, day.year(), tariff),
        });
        let currency = tariff.and_then(|tariff| tariff.definition.currency.parse().ok());
        payable.push(currency.map(|currency: Currency| {
            let all = priced.entry(currency).or_default();
            all.push(slot(bucket, flow.unwrap_or_default()));
            (currency, all.len() - 1)
        }));
    }
    let costs = costs(&books, &priced, terms);
    for (slot, paid) in slots.iter_mut().zip(payable) {
        slot.cost = paid.and_then(|(currency, at)| {
            let paid = costs.get(&currency)?.slots.get(at)?;
            Some((currency, *paid))
        });
    }
    Ok(Bill {
        without: without(&books, (first, until), &slots, terms),
        no_factor: factors.lacks,
        factors: factors.used(),
        costs,
        slots,
    })
}

fn slot(bucket: Bucket, flow: Flow) -> Slot {
    Slot {
        bucket,
        drawn: flow.drawn,
        fed_in: flow.fed_in,
        peak_kw: flow.peak_kw,
    }
}

fn costs(
    books: &Books<'_>,
    priced: &BTreeMap<Currency, Vec<Slot>>,
    terms: &Terms<'_>,
) -> BTreeMap<Currency, Costs> {
    let each = books.books.iter();
    each.map(|(currency, book)| {
        let slots = priced.get(currency).map_or(&[][..], Vec::as_slice);
        let costs = book.costs(slots, terms.span, terms.zone, &books.holidays);
        (*currency, costs)
    })
    .collect()
}

/// The dates between tariffs, with what was drawn on them.
fn without(
    books: &Books<'_>,
    (first, until): (NaiveDate, NaiveDate),
    slots: &[Billed],
    terms: &Terms<'_>,
) -> Vec<Without> {
    let begins = books.held.iter().map(|one| one.from).chain([until]);
    let ends = [first]
        .into_iter()
        .chain(books.held.iter().map(|one| one.until));
    let gaps = ends.zip(begins).filter(|(from, to)| from < to);
    let spans = gaps.filter_map(|(from, to)| {
        let (start, end) = (day_begins(terms.zone, from), day_begins(terms.zone, to));
        Bucket { start, end }.overlap(&terms.span)
    });
    spans
        .map(|span| {
            let within = slots.iter().filter(|slot| span.contains(slot.bucket.start));
            let kwh = within.filter_map(|slot| Some(slot.flow?.drawn)).sum();
            Without { span, kwh }
        })
        .collect()
}
