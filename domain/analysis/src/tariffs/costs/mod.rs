//! What a series of buckets costs.

mod demand;
mod energy;
mod fees;
mod pieces;
mod result;
mod slot;

use chrono_tz::Tz;

use super::{Holidays, Money, TariffBook};
use crate::buckets::Bucket;

use demand::Peaks;
use energy::Energy;
use fees::tariff_spans;

pub use result::{Costs, DemandCost, FeedInCost, RateCost, SlotCost};
pub use slot::Slot;

impl TariffBook {
    /// What the slots cost by the tariffs that hold, by the clocks of `zone`. `span` is the time that
    /// is billed: fees are due for all of it, and demand charges for its share of each month, whether
    /// or not there are slots. Slots don't overlap and lie within it; their order doesn't matter.
    ///
    /// A slot that goes over a change of price is split by time, to the quarter hour. Demand is the
    /// highest mean of a quarter hour: it comes from the slots if they are that short, else from
    /// their `peak_kw`, and where that is unknown from their mean, which `demand_is_estimated` says.
    pub fn costs(&self, slots: &[Slot], span: Bucket, zone: Tz, holidays: &Holidays) -> Costs {
        let mut costs = Costs {
            currency: self.currency(),
            slots: slots.iter().map(|slot| SlotCost::of(slot.bucket)).collect(),
            ..Costs::default()
        };
        let mut energy = Energy::new(self);
        let mut peaks = Peaks::new(self);
        for (index, slot) in slots.iter().enumerate() {
            for piece in pieces::of(self, slot, zone) {
                energy.add(&piece, holidays, &mut costs.slots[index]);
                peaks.see(index, slot, &piece, holidays, zone);
            }
        }
        self.add_fees(span, zone, &mut costs);
        peaks.charge(span, zone, &mut costs);
        energy.finish(&mut costs);
        costs.total = costs.energy.iter().map(|rate| rate.cost).sum::<Money>()
            + costs.demand.iter().map(|peak| peak.cost).sum::<Money>()
            + costs.fees
            - costs.feed_in.credit;
        costs
    }

    fn add_fees(&self, span: Bucket, zone: Tz, costs: &mut Costs) {
        let spans = tariff_spans(self, span, zone);
        for (tariff, valid) in self.tariffs().iter().zip(spans) {
            let Some(valid) = valid else { continue };
            for fee in &tariff.parts().fees {
                costs.fees += fee.of(valid, zone);
                for slot in &mut costs.slots {
                    if let Some(common) = slot.bucket.overlap(&valid) {
                        slot.fees += fee.of(common, zone);
                    }
                }
            }
        }
    }
}
