//! From degrees to a flat drawing: an equirectangular projection about the middle of what is shown.
//!
//! Its error over the width of a city is far below the width of a line. Coordinates of the drawing run from 0 to
//! [`WIDTH`] and [`HEIGHT`].

use maydan_core::domain::geo::Point;

/// Width of the drawing.
pub(super) const WIDTH: f64 = 160.0;
/// Height of the drawing.
pub(super) const HEIGHT: f64 = 100.0;
/// Share of the drawing kept free on each side.
const MARGIN: f64 = 0.1;
/// Less than this is never shown as the whole, metres: one point is a place, not an atom.
const LEAST_SPAN_M: f64 = 200.0;
/// Metres in one degree of latitude: π/180 × mean radius of the earth.
const METRES_PER_DEGREE: f64 = 111_195.08;

/// Where points lie in the drawing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Projection {
    middle: Point,
    /// Metres per degree of longitude at the middle.
    along: f64,
    /// Units of the drawing per metre.
    pub scale: f64,
}

impl Projection {
    /// Fits all points; none without points.
    pub fn fit(points: impl Iterator<Item = Point>) -> Option<Self> {
        let mut bounds: Option<(Point, Point)> = None;
        for point in points {
            let (low, high) = bounds.get_or_insert((point, point));
            low.latitude = low.latitude.min(point.latitude);
            low.longitude = low.longitude.min(point.longitude);
            high.latitude = high.latitude.max(point.latitude);
            high.longitude = high.longitude.max(point.longitude);
        }
        let (low, high) = bounds?;
        let middle =
            Point { latitude: f64::midpoint(low.latitude, high.latitude), longitude: f64::midpoint(low.longitude, high.longitude) };
        let along = METRES_PER_DEGREE * middle.latitude.to_radians().cos().max(0.01);
        let wide = ((high.longitude - low.longitude) * along).max(LEAST_SPAN_M);
        let tall = ((high.latitude - low.latitude) * METRES_PER_DEGREE).max(LEAST_SPAN_M);
        let room = 1.0 - 2.0 * MARGIN;
        Some(Self { middle, along, scale: (WIDTH * room / wide).min(HEIGHT * room / tall) })
    }

    /// Right and down from the upper left corner.
    pub fn place(&self, point: Point) -> (f64, f64) {
        let east = (point.longitude - self.middle.longitude) * self.along;
        let north = (point.latitude - self.middle.latitude) * METRES_PER_DEGREE;
        (WIDTH / 2.0 + east * self.scale, HEIGHT / 2.0 - north * self.scale)
    }

    /// The longest round length (1, 2 or 5 of a power of ten, metres) of at most a quarter of the width.
    pub fn bar_metres(&self) -> f64 {
        let most = WIDTH / 4.0 / self.scale;
        let ten = 10_f64.powf(most.log10().floor());
        [5.0, 2.0, 1.0].into_iter().map(|n| n * ten).find(|length| *length <= most).unwrap_or(ten)
    }
}

/// A stretch as an SVG path. Points closer than a line is wide add nothing and are passed over.
pub(super) fn path(projection: &Projection, stretch: &[Point]) -> String {
    let mut out = String::new();
    let mut last: Option<(f64, f64)> = None;
    for (index, point) in stretch.iter().enumerate() {
        let (x, y) = projection.place(*point);
        let is_end = index + 1 == stretch.len();
        match last {
            Some((from_x, from_y)) if !is_end && (x - from_x).abs() + (y - from_y).abs() < 0.2 => continue,
            Some(_) => out.push('L'),
            None => out.push('M'),
        }
        out.push_str(&format!("{x:.2} {y:.2}"));
        last = Some((x, y));
    }
    out
}

/// Lines at equal distances, so that the grid is a measure too.
pub(super) fn grid(step: f64) -> String {
    let mut out = String::new();
    if step <= 0.0 {
        return out;
    }
    let mut x = step;
    while x < WIDTH {
        out.push_str(&format!("M{x:.2} 0V{HEIGHT}"));
        x += step;
    }
    let mut y = step;
    while y < HEIGHT {
        out.push_str(&format!("M0 {y:.2}H{WIDTH}"));
        y += step;
    }
    out
}
