//! Positions on the earth.

use serde::{Deserialize, Serialize};

/// Mean radius of the earth, metres (IUGG).
const EARTH_RADIUS_M: f64 = 6_371_008.8;

/// A point, degrees WGS 84.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
}

impl Point {
    /// A point, if the numbers are on the earth.
    pub fn new(latitude: f64, longitude: f64) -> Option<Self> {
        let on_earth = (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude);
        on_earth.then_some(Self { latitude, longitude })
    }

    /// Great-circle distance in metres (haversine).
    pub fn distance(self, other: Self) -> f64 {
        let (lat1, lat2) = (self.latitude.to_radians(), other.latitude.to_radians());
        let dlat = (lat2 - lat1) / 2.0;
        let dlon = (other.longitude - self.longitude).to_radians() / 2.0;
        let h = dlat.sin().powi(2) + lat1.cos() * lat2.cos() * dlon.sin().powi(2);
        2.0 * EARTH_RADIUS_M * h.sqrt().min(1.0).asin()
    }
}

/// A position with its circumstances, as a device reports it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Fix {
    /// Where.
    #[serde(flatten)]
    pub point: Point,
    /// Radius of 68 % confidence, metres.
    pub accuracy: f64,
    /// When the position was measured.
    pub at: crate::Instant,
    /// The platform says that the position was made up by another app.
    #[serde(default)]
    pub mock: bool,
    /// The position was replayed from a file: trials and tests.
    #[serde(default)]
    pub simulated: bool,
    /// Battery, percent, where the platform tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub battery: Option<u8>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_agree_with_known_ones() {
        let tripoli = Point { latitude: 32.8872, longitude: 13.1913 };
        let misrata = Point { latitude: 32.3754, longitude: 15.0925 };
        assert!((tripoli.distance(misrata) - 186_800.0).abs() < 1_000.0, "{}", tripoli.distance(misrata));
        assert!(tripoli.distance(tripoli) < 0.001);
    }

    #[test]
    fn numbers_off_the_earth_are_no_point() {
        for (lat, lon) in [(91.0, 0.0), (0.0, 181.0), (f64::NAN, 0.0), (0.0, f64::INFINITY)] {
            assert_eq!(Point::new(lat, lon), None);
        }
    }
}
