//! Buildings as the benches register and change them: bodies as the contract has them.

/// Organizations of the benches; all live on one log.
pub(crate) const ORGANIZATIONS: usize = 10;

pub(crate) const BUILDINGS_PATH: &str = "/api/v1/citypulse/buildings";

pub(crate) fn organization(index: usize) -> String {
    format!("bench-{}", index % ORGANIZATIONS)
}

/// A registration: every field a caller may set.
pub(crate) fn registration(id: &str, n: usize) -> String {
    format!(r#"{{"id":"{id}",{}}}"#, fields(n, 0))
}

/// The whole object again, its name and area other than before.
pub(crate) fn change(n: usize, version: u64) -> String {
    format!("{{{}}}", fields(n, version))
}

/// The number of the building that an event's text tells of.
pub(crate) fn number_in(text: &[u8]) -> Option<usize> {
    const BEFORE: &[u8] = b"\"name\":\"Haus ";
    let start = memchr::memmem::find(text, BEFORE)? + BEFORE.len();
    let digits = text[start..]
        .iter()
        .take_while(|b| b.is_ascii_digit())
        .count();
    std::str::from_utf8(&text[start..start + digits])
        .ok()?
        .parse()
        .ok()
}

fn fields(n: usize, version: u64) -> String {
    let kind = ["school", "town-hall", "library", "gym"][n % 4];
    let (lat, lon) = place(n);
    let area = 500 + (n as u64 * 7 + version * 13) % 9_000;
    format!(
        r#""name":"Haus {n} ({version}), Südflügel","kind":"{kind}","address":"Marktplatz {n}, 72379 Hechingen","lat":{lat},"lon":{lon},"area":{area}.5,"timezone":"Europe/Berlin""#
    )
}

/// Somewhere around Hechingen, four digits exact.
fn place(n: usize) -> (f64, f64) {
    let step = |n: usize| (n % 1_000) as f64 / 10_000.0;
    (round4(48.35 + step(n)), round4(8.96 + step(n / 7)))
}

fn round4(value: f64) -> f64 {
    (value * 10_000.0).round() / 10_000.0
}

#[cfg(test)]
mod tests {
    use flowgrid_domain::buildings::{read_change, read_registration};

    use super::*;

    #[test]
    fn the_domain_accepts_them() {
        let registration = registration("b-1", 1);
        let body: serde_json::Value = serde_json::from_str(&registration).unwrap();
        assert!(
            read_registration(body.as_object().unwrap())
                .unwrap()
                .id
                .is_some()
        );
        let body: serde_json::Value = serde_json::from_str(&change(1, 2)).unwrap();
        assert!(read_change(body.as_object().unwrap()).is_ok());
    }

    #[test]
    fn the_number_is_found_again() {
        assert_eq!(number_in(change(472, 2).as_bytes()), Some(472));
        assert_eq!(number_in(b"{}"), None);
    }
}
