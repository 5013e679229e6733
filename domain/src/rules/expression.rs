//! Expressions in CEL over a building's sensors: `value["main"] > 80.0 && age["hall"] < 3600.0`.
//!
//! They come from people, so they are bounded: in length, nesting and size; and without loops (`all`,
//! `map`, …) the cost of one evaluation follows from the size. What they may ask for is found when they
//! are read, so that only sensors that are named have to be remembered.

use std::collections::HashMap;

use cel::common::ast::{Expr, IdedExpr, LiteralValue};
use cel::parser::PrattParser;
use cel::{Context, Value};

use crate::values::Invalid;

/// The longest expression, in characters.
const LONGEST: usize = 1_000;
/// How deep it may be nested.
const DEEPEST: u16 = 24;
/// The most nodes it may have.
const LARGEST: usize = 200;
/// The most sensors that an expression may name.
pub const MOST_SENSORS: usize = 20;

/// What an expression may ask of a sensor: its newest value, and that value's age in seconds.
const MAPS: [&str; 2] = ["value", "age"];
/// What it may call; all of them take time that is bounded by their arguments.
const CALLS: &[&str] = &[
    "_+_", "_-_", "_*_", "_/_", "_%_", "-_", "_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_", "_&&_",
    "_||_", "!_", "_?_:_", "@in", "double", "int",
];

/// An expression that may be evaluated.
#[derive(Clone, Debug)]
pub struct Expression {
    tree: IdedExpr,
    sensors: Vec<Box<str>>,
}

/// The newest reading of a sensor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Latest<'a> {
    pub sensor: &'a str,
    pub value: f64,
    pub age_seconds: f64,
}

impl Expression {
    /// # Errors
    /// When it is no CEL, is too large, or asks for anything but sensors by their ids.
    pub fn compile(text: &str) -> Result<Self, Invalid> {
        if text.chars().count() > LONGEST {
            return Invalid::because(format!("must be at most {LONGEST} characters"));
        }
        // The parser bounds the depth of what it builds, but not of brackets around it.
        if depth(text) > usize::from(DEEPEST) {
            return Invalid::because(format!("may be nested at most {DEEPEST} deep"));
        }
        let parser = PrattParser::new()
            .max_recursion_depth(DEEPEST)
            .max_expression_node_count(LARGEST)
            .error_reporting_limit(1);
        let tree = parser.parse(text).map_err(|error| {
            let first = error.errors.first();
            let said = first.map_or_else(|| "cannot be read".into(), |first| first.msg.clone());
            Invalid(format!("is no expression in CEL: {said}"))
        })?;
        let mut found = Found::default();
        found.gather(&tree, DEEPEST)?;
        let sensors = found.sensors;
        if sensors.is_empty() {
            return Invalid::because("names no sensor, such as value[\"main-meter\"]");
        }
        if sensors.len() > MOST_SENSORS {
            return Invalid::because(format!("may name at most {MOST_SENSORS} sensors"));
        }
        let expression = Self { tree, sensors };
        expression.answers_truth()?;
        Ok(expression)
    }

    /// Ids of the sensors that it names, each once.
    pub fn sensors(&self) -> impl Iterator<Item = &str> {
        self.sensors.iter().map(AsRef::as_ref)
    }

    /// Whether it is true; `None` where that can't be said: a sensor it needs has not reported yet, or
    /// it divides by 0.
    pub fn holds<'a>(&self, latest: impl Iterator<Item = Latest<'a>>) -> Option<bool> {
        match self.evaluate(latest) {
            Ok(Value::Bool(truth)) => Some(truth),
            Ok(_) | Err(_) => None,
        }
    }

    fn evaluate<'a>(
        &self,
        latest: impl Iterator<Item = Latest<'a>>,
    ) -> Result<Value, cel::ExecutionError> {
        let (mut values, mut ages) = (HashMap::new(), HashMap::new());
        for one in latest {
            values.insert(one.sensor.to_owned(), one.value);
            ages.insert(one.sensor.to_owned(), one.age_seconds);
        }
        let mut context = Context::default();
        context.add_variable_from_value("value", values);
        context.add_variable_from_value("age", ages);
        Value::resolve(&self.tree, &context)
    }

    /// Tried on a few values: so what can only fail is told at once, and not each time it is evaluated.
    fn answers_truth(&self) -> Result<(), Invalid> {
        let mut failed = None;
        for value in [1.0, 0.0, -1.0, 1e6] {
            let all = self.sensors.iter().map(|sensor| Latest {
                sensor,
                value,
                age_seconds: value.abs(),
            });
            match self.evaluate(all) {
                Ok(Value::Bool(_)) => return Ok(()),
                Ok(_) => return Invalid::because("must be true or false: compare with something"),
                Err(error) => failed = Some(error),
            }
        }
        let why = failed.map(|error| error.to_string()).unwrap_or_default();
        Invalid::because(format!("can't be evaluated: {why}"))
    }
}

/// How deep brackets stand within each other; those in texts count as well.
fn depth(text: &str) -> usize {
    let mut open = 0_usize;
    let mut deepest = 0;
    for character in text.chars() {
        match character {
            '(' | '[' | '{' => open += 1,
            ')' | ']' | '}' => open = open.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(open);
    }
    deepest
}

/// What an expression holds.
#[derive(Default)]
struct Found {
    sensors: Vec<Box<str>>,
    nodes: usize,
}

impl Found {
    /// Finds the sensors, and refuses whatever isn't known to be cheap.
    fn gather(&mut self, tree: &IdedExpr, deepest: u16) -> Result<(), Invalid> {
        let Some(deeper) = deepest.checked_sub(1) else {
            return Invalid::because(format!("may be nested at most {DEEPEST} deep"));
        };
        self.nodes += 1;
        if self.nodes > LARGEST {
            return Invalid::because(format!("may have at most {LARGEST} parts"));
        }
        match &tree.expr {
            Expr::Literal(_) => Ok(()),
            Expr::Select(select) => match &select.operand.expr {
                Expr::Ident(name) if MAPS.contains(&&**name) => self.note(&select.field),
                _ => refuse("fields"),
            },
            Expr::Call(call) if call.func_name == "_[_]" => match &call.args[..] {
                [map, key] => match (&map.expr, &key.expr) {
                    (Expr::Ident(name), Expr::Literal(LiteralValue::String(id)))
                        if MAPS.contains(&&**name) =>
                    {
                        self.note(id.inner())
                    }
                    _ => refuse("anything but value[\"id\"] and age[\"id\"]"),
                },
                _ => refuse("this index"),
            },
            Expr::Call(call) if call.func_name == "@in" => match &call.args[..] {
                [key, map] => match (&key.expr, &map.expr) {
                    (Expr::Literal(LiteralValue::String(id)), Expr::Ident(name))
                        if MAPS.contains(&&**name) =>
                    {
                        self.note(id.inner())
                    }
                    _ => refuse("anything but \"id\" in value"),
                },
                _ => refuse("this `in`"),
            },
            Expr::Call(call) if CALLS.contains(&&*call.func_name) && call.target.is_none() => call
                .args
                .iter()
                .try_for_each(|argument| self.gather(argument, deeper)),
            Expr::Call(call) => refuse(&format!("the function {}", call.func_name)),
            Expr::Ident(name) => refuse(&format!("the variable {name}")),
            Expr::Comprehension(_) => refuse("loops"),
            Expr::List(_) | Expr::Map(_) | Expr::Struct(_) | Expr::Unspecified => {
                refuse("lists and maps")
            }
        }
    }

    fn note(&mut self, id: &str) -> Result<(), Invalid> {
        if let Err(invalid) = crate::values::Slug::parse(id) {
            return Invalid::because(format!("names a sensor whose id {}", invalid.0));
        }
        if !self.sensors.iter().any(|known| **known == *id) {
            self.sensors.push(id.into());
        }
        Ok(())
    }
}

fn refuse<T>(what: &str) -> Result<T, Invalid> {
    let what: String = what.chars().take(80).collect();
    Invalid::because(format!(
        "may not use {what}; what is known is value[\"id\"] and age[\"id\"] of a sensor, and arithmetic, \
         comparison, logic, double() and int()"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(text: &str, values: &[(&str, f64)]) -> Option<bool> {
        let latest = values.iter().map(|(sensor, value)| Latest {
            sensor,
            value: *value,
            age_seconds: 60.0,
        });
        Expression::compile(text).unwrap().holds(latest)
    }

    #[test]
    fn an_expression_speaks_of_sensors_by_their_ids() {
        let both = [("main-meter", 81.0), ("hall", 19.5)];
        let text = r#"value["main-meter"] > 80.0 && value.hall < 20.0"#;
        assert_eq!(holds(text, &both), Some(true));
        assert_eq!(
            holds(text, &[("main-meter", 79.0), ("hall", 19.5)]),
            Some(false)
        );
        let known = Expression::compile(text).unwrap();
        assert_eq!(known.sensors().collect::<Vec<_>>(), ["main-meter", "hall"]);
        assert_eq!(holds(r#"age["hall"] > 59.0"#, &both), Some(true));
        // Whole numbers mean the same as others.
        assert_eq!(holds("value.hall > 19", &both), Some(true));
        assert_eq!(
            holds(r#""other" in value || value.hall > 19.0"#, &both),
            Some(true)
        );
    }

    #[test]
    fn what_has_not_reported_leaves_it_open() {
        assert_eq!(holds("value.a > 1.0", &[]), None);
        assert_eq!(
            holds("value.a > 1.0 && value.b > 1.0", &[("a", 0.0)]),
            Some(false)
        );
    }

    #[test]
    fn what_is_no_truth_or_could_be_dear_is_refused() {
        let long = format!("value.a > 1.0 {}", "|| value.a > 1.0".repeat(70));
        let deep = format!("{}value.a > 1.0{}", "(".repeat(60), ")".repeat(60));
        let chosen = format!("{}value.a > 1.0", "value.a > 1.0 ? true : ".repeat(40));
        let bare = format!("{}1", "1?1:".repeat(249));
        let wide = format!("value.a > 1.0{}", " || value.a > 1".repeat(64));
        for bad in [
            "",
            "value.a >",
            "value.a",
            "1 < 2",
            "temperature > 20.0",
            "value[1] > 2.0",
            "value.all(k, value[k] > 1.0)",
            "[1, 2].map(x, x * 2) == [2, 4] && value.a > 1.0",
            "size(value) > 1",
            "value.a.b > 1.0",
            r#"value["A B"] > 1.0"#,
            r#"value.a > 1.0 && "x".matches("(a+)+$")"#,
            "value.a + \"x\" > 1.0",
            "value.a ? true : false",
            &long,
            &deep,
            &chosen,
            &bare,
            &wide,
        ] {
            assert!(Expression::compile(bad).is_err(), "{bad}");
        }
    }
}
