//! Ordinary least squares with one or two variables (3.4.1), in centred sums, so that a search over
//! thousands of candidates sums each column once.

/// What is explained: the daily use.
pub(super) struct Response {
    pub mean: f64,
    /// Sum of squares around the mean.
    pub squares: f64,
    pub count: usize,
}

/// A variable in sums around its mean.
#[derive(Debug, Clone, Copy)]
pub(super) struct Column {
    pub mean: f64,
    pub squares: f64,
    pub with_response: f64,
}

/// The line that leaves the least unexplained.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line {
    pub intercept: f64,
    pub slopes: [f64; 2],
    /// Variance of each slope in units of the residual variance.
    pub spread: [f64; 2],
    /// Sum of the squared residuals.
    pub unexplained: f64,
    pub terms: usize,
}

impl Response {
    pub fn of(values: impl Iterator<Item = f64> + Clone) -> Self {
        let count = values.clone().count();
        let mean = values.clone().sum::<f64>() / count.max(1) as f64;
        Self {
            mean,
            squares: values.map(|value| (value - mean).powi(2)).sum(),
            count,
        }
    }

    /// Share of the variance that is explained, with the price of its terms (3.4.3.3.1); 0 without
    /// any variance.
    pub fn adjusted_r_squared(&self, line: &Line) -> f64 {
        let freedom = self.count as f64 - line.terms as f64 - 1.0;
        if self.squares <= 0.0 || freedom <= 0.0 || line.terms == 0 {
            return 0.0;
        }
        1.0 - (line.unexplained / freedom) / (self.squares / (self.count as f64 - 1.0))
    }
}

pub(super) fn intercept_only(y: &Response) -> Line {
    Line {
        intercept: y.mean,
        slopes: [0.0; 2],
        spread: [0.0; 2],
        unexplained: y.squares,
        terms: 0,
    }
}

/// `None` where the variable doesn't vary.
pub(super) fn one(y: &Response, x: &Column) -> Option<Line> {
    if x.squares <= f64::EPSILON {
        return None;
    }
    let slope = x.with_response / x.squares;
    Some(Line {
        intercept: y.mean - slope * x.mean,
        slopes: [slope, 0.0],
        spread: [1.0 / x.squares, 0.0],
        unexplained: (y.squares - slope * x.with_response).max(0.0),
        terms: 1,
    })
}

/// `cross` is the sum of products of the two around their means. `None` where one variable says all
/// that the other does.
pub(super) fn two(y: &Response, a: &Column, b: &Column, cross: f64) -> Option<Line> {
    let determinant = a.squares * b.squares - cross * cross;
    if determinant <= 1e-9 * a.squares * b.squares || a.squares <= f64::EPSILON {
        return None;
    }
    let slope_a = (a.with_response * b.squares - b.with_response * cross) / determinant;
    let slope_b = (b.with_response * a.squares - a.with_response * cross) / determinant;
    let explained = slope_a * a.with_response + slope_b * b.with_response;
    Some(Line {
        intercept: y.mean - slope_a * a.mean - slope_b * b.mean,
        slopes: [slope_a, slope_b],
        spread: [b.squares / determinant, a.squares / determinant],
        unexplained: (y.squares - explained).max(0.0),
        terms: 2,
    })
}
