//! Least squares with a ridge, for rows that are mostly zeros.

/// The normal equations `(XᵀWX + Λ) β = XᵀWy`, filled a row at a time.
///
/// Ridge regression: Hoerl and Kennard, Technometrics 12(1), 1970. A row names only its entries that
/// are not zero, so an indicator among hundreds costs one multiplication, not hundreds.
#[derive(Clone, Debug)]
pub struct NormalEquations {
    columns: usize,
    /// The lower triangle of `XᵀWX`, row after row.
    gram: Vec<f64>,
    moments: Vec<f64>,
}

impl NormalEquations {
    /// No row yet, of so many columns.
    pub fn new(columns: usize) -> Self {
        Self {
            columns,
            gram: vec![0.0; columns * (columns + 1) / 2],
            moments: vec![0.0; columns],
        }
    }

    /// One row: (column, value) of its entries in ascending order of columns, what was observed, and
    /// its weight. Columns that don't exist are ignored.
    pub fn add(&mut self, row: &[(usize, f64)], observed: f64, weight: f64) {
        for (nth, &(i, left)) in row.iter().enumerate() {
            let Some(moment) = self.moments.get_mut(i) else {
                continue;
            };
            *moment += weight * left * observed;
            let start = i * (i + 1) / 2;
            for &(j, right) in row.iter().take(nth + 1) {
                if let Some(cell) = self.gram.get_mut(start + j) {
                    *cell += weight * left * right;
                }
            }
        }
    }

    /// The coefficients under a penalty for each column; none when the penalised matrix isn't
    /// positive definite.
    ///
    /// By Cholesky decomposition: Golub and Van Loan, Matrix Computations, 4th edition, section 4.2.
    pub fn solve(&self, penalty: &[f64]) -> Option<Vec<f64>> {
        if penalty.len() != self.columns {
            return None;
        }
        let mut factor = self.gram.clone();
        for (i, ridge) in penalty.iter().enumerate() {
            factor[i * (i + 1) / 2 + i] += ridge;
        }
        decompose(&mut factor, self.columns)?;
        let solution = backward(&factor, forward(&factor, &self.moments));
        solution.iter().all(|b| b.is_finite()).then_some(solution)
    }
}

/// `A = L Lᵀ` in place.
fn decompose(lower: &mut [f64], columns: usize) -> Option<()> {
    for i in 0..columns {
        let row = i * (i + 1) / 2;
        for j in 0..=i {
            let other = j * (j + 1) / 2;
            let done = dot(&lower[row..row + j], &lower[other..other + j]);
            let rest = lower[row + j] - done;
            lower[row + j] = if i == j {
                if !(rest.is_finite() && rest > 1e-12) {
                    return None;
                }
                rest.sqrt()
            } else {
                rest / lower[other + j]
            };
        }
    }
    Some(())
}

/// A sum of products, in four lanes that the processor can run side by side.
fn dot(left: &[f64], right: &[f64]) -> f64 {
    let (left, left_rest) = left.as_chunks::<4>();
    let (right, right_rest) = right.as_chunks::<4>();
    let mut lanes = [0.0; 4];
    for (a, b) in left.iter().zip(right) {
        for lane in 0..4 {
            lanes[lane] += a[lane] * b[lane];
        }
    }
    let rest: f64 = left_rest.iter().zip(right_rest).map(|(a, b)| a * b).sum();
    lanes.iter().sum::<f64>() + rest
}

/// Solves `L z = moments`.
fn forward(lower: &[f64], moments: &[f64]) -> Vec<f64> {
    let mut z: Vec<f64> = Vec::with_capacity(moments.len());
    for (i, moment) in moments.iter().enumerate() {
        let row = i * (i + 1) / 2;
        let done = dot(&lower[row..row + i], &z);
        z.push((moment - done) / lower[row + i]);
    }
    z
}

/// Solves `Lᵀ β = z`.
fn backward(lower: &[f64], mut z: Vec<f64>) -> Vec<f64> {
    for i in (0..z.len()).rev() {
        let row = i * (i + 1) / 2;
        z[i] /= lower[row + i];
        let known = z[i];
        for j in 0..i {
            z[j] -= lower[row + j] * known;
        }
    }
    z
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(penalty: &[f64]) -> Option<Vec<f64>> {
        let mut equations = NormalEquations::new(2);
        for x in 0..10 {
            let x = f64::from(x);
            equations.add(&[(0, 1.0), (1, x)], 3.0 + 2.0 * x, 1.0);
        }
        equations.solve(penalty)
    }

    #[test]
    fn a_line_without_noise_is_found() {
        let found = line(&[0.0, 0.0]).unwrap();
        assert!((found[0] - 3.0).abs() < 1e-9 && (found[1] - 2.0).abs() < 1e-9);
    }

    #[test]
    fn a_penalty_draws_its_coefficient_towards_zero() {
        assert!(line(&[0.0, 1000.0]).unwrap()[1] < 0.5);
    }

    #[test]
    fn columns_that_say_the_same_have_no_solution_without_a_ridge() {
        let mut equations = NormalEquations::new(2);
        equations.add(&[(0, 1.0), (1, 1.0)], 4.0, 1.0);
        assert_eq!(equations.solve(&[0.0, 0.0]), None);
        let found = equations.solve(&[1e-6, 1e-6]).unwrap();
        assert!((found[0] - 2.0).abs() < 1e-3 && (found[1] - 2.0).abs() < 1e-3);
    }

    #[test]
    fn a_system_of_seven_unknowns_is_solved() {
        let truth = [1.0, -2.0, 3.0, 0.5, -0.25, 4.0, 7.0];
        let mut equations = NormalEquations::new(7);
        for n in 0..40_usize {
            let row: Vec<(usize, f64)> = (0..7)
                .map(|c| {
                    (
                        c,
                        f64::from(u32::try_from((n * (c + 3) * 7 + c * c) % 11).unwrap()),
                    )
                })
                .collect();
            let observed = row.iter().map(|(c, x)| x * truth[*c]).sum();
            equations.add(&row, observed, 1.0);
        }
        let found = equations.solve(&[0.0; 7]).unwrap();
        for (found, truth) in found.iter().zip(truth) {
            assert!((found - truth).abs() < 1e-8, "{found} {truth}");
        }
    }
}
