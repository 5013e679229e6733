//! A rule, made ready.

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use super::super::{Condition, Definition, Expression, Latest};
use super::{Decision, Decisions, Phase, Seen, Terms, Verdict, Watch};
use crate::Rejection;

/// How far apart it is looked whether a rule applies again.
const LOOK: TimeDelta = TimeDelta::minutes(15);
/// A week of them: whoever applies at all applies once a week.
const LOOKS: i32 = 7 * 24 * 4 + 4;

/// Tells watches what happens. Times are handed in, in their order.
#[derive(Debug)]
pub struct Judge {
    definition: Definition,
    terms: Terms,
    expression: Option<Expression>,
    /// The building's.
    zone: Tz,
}

impl Judge {
    /// # Errors
    /// [`Rejection::Invalid`] for a rule that is not sound.
    pub fn new(definition: Definition, zone: Tz) -> Result<Self, Rejection> {
        definition.check()?;
        let expression = match &definition.condition {
            Condition::Expression(formula) => Some(
                Expression::compile(&formula.expression)
                    .map_err(|invalid| Rejection::field("/condition/expression", invalid.0))?,
            ),
            Condition::Threshold(_)
            | Condition::RateOfChange(_)
            | Condition::NoData(_)
            | Condition::ForecastDeviation(_) => None,
        };
        Ok(Self {
            terms: Terms::of(&definition),
            definition,
            expression,
            zone,
        })
    }

    pub fn definition(&self) -> &Definition {
        &self.definition
    }

    /// Of a rule that looks at a building; else `None`.
    pub fn expression(&self) -> Option<&Expression> {
        self.expression.as_ref()
    }

    /// Whether it counts how long nothing comes.
    pub fn counts_silence(&self) -> bool {
        matches!(self.definition.condition, Condition::NoData(_))
    }

    /// A reading newer than `previous`. `expected` is its forecast, where there is one.
    pub fn reading(
        &self,
        watch: &mut Watch,
        previous: Option<&Seen>,
        now: &Seen,
        expected: Option<f64>,
    ) -> Decisions {
        if self.counts_silence() {
            return self.heard(watch, previous, now);
        }
        let verdict = Verdict::of_reading(
            &self.definition.condition,
            self.definition.clear,
            previous,
            now,
            expected,
        );
        self.observed(watch, now, verdict).into()
    }

    /// A building at a moment: the newest readings of its sensors, one of which is of that moment.
    pub fn building<'a>(
        &self,
        watch: &mut Watch,
        now: &Seen,
        latest: impl Iterator<Item = Latest<'a>>,
    ) -> Option<Decision> {
        let truth = self.expression.as_ref()?.holds(latest);
        self.observed(watch, now, Verdict::of(truth))
    }

    /// Time has passed: what is due first happens. Call again until it answers `None`. `last` is the
    /// source's newest reading, or when it began to be looked at.
    pub fn tick(&self, watch: &mut Watch, last: &Seen, now: DateTime<Utc>) -> Option<Decision> {
        let own = watch.due(&self.terms);
        match self.silence_due(watch, last) {
            Some(silence) if silence <= now && own.is_none_or(|own| silence < own) => {
                watch.silent(&self.terms, last.time, silence)
            }
            Some(_) | None => watch.tick(&self.terms, now, self.applies(now)),
        }
    }

    /// When it must be told the time at the latest; `None` where nothing is waited for.
    pub fn due(&self, watch: &Watch, last: &Seen) -> Option<DateTime<Utc>> {
        let own = watch.due(&self.terms);
        own.into_iter().chain(self.silence_due(watch, last)).min()
    }

    /// A gap between two readings is a silence, whether or not somebody looked while it lasted.
    fn heard(&self, watch: &mut Watch, previous: Option<&Seen>, now: &Seen) -> Decisions {
        let missed = previous
            .map(|last| (last.time, last.time + self.terms.hold))
            .filter(|(_, due)| *due < now.time && self.applies(*due))
            .and_then(|(since, due)| watch.silent(&self.terms, since, due));
        let over = watch.observe(&self.terms, now, Verdict::Fine);
        Decisions::from(missed).then(over)
    }

    fn observed(&self, watch: &mut Watch, now: &Seen, verdict: Verdict) -> Option<Decision> {
        // Where it doesn't apply, nothing is wrong.
        let verdict = match verdict {
            Verdict::Wrong | Verdict::Between if !self.applies(now.time) => Verdict::Fine,
            other => other,
        };
        watch.observe(&self.terms, now, verdict)
    }

    /// When a silence that isn't raised yet is long enough and the rule applies.
    fn silence_due(&self, watch: &Watch, last: &Seen) -> Option<DateTime<Utc>> {
        if !self.counts_silence() || matches!(watch.phase, Phase::Raised { .. }) {
            return None;
        }
        let due = last.counted_from().checked_add_signed(self.terms.hold)?;
        let later = |looks: i32| due.checked_add_signed(LOOK * looks);
        (0..LOOKS).filter_map(later).find(|at| self.applies(*at))
    }

    fn applies(&self, at: DateTime<Utc>) -> bool {
        let schedule = self.definition.schedule.as_ref();
        schedule.is_none_or(|schedule| schedule.applies(at, self.zone))
    }
}
