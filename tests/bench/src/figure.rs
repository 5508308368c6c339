//! A figure, and the table of them.

use serde::Serialize;
use std::fmt::Write;

/// The app as it is installed, in contrast to the web edition.
const NATIVE: &str = "native";

/// One line of the table.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Figure {
    pub name: &'static str,
    pub edition: &'static str,
    pub n: usize,
    pub unit: &'static str,
    /// Median.
    pub ours: f64,
    pub ours_p99: f64,
    pub peer: Option<f64>,
    pub peer_name: Option<&'static str>,
    pub floor: Option<f64>,
    pub ratio_to_floor: Option<f64>,
    /// How many times better than the peer.
    pub ratio_to_peer: Option<f64>,
    pub aim: &'static str,
    /// What the aim says of these ratios; absent where it says nothing of this line.
    pub met: Option<bool>,
    /// Everything that was measured.
    pub runs: Runs,
    #[serde(skip)]
    less_is_better: bool,
}

/// What was measured, in order.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Runs {
    pub ours: Vec<f64>,
    pub floor: Vec<f64>,
}

impl Figure {
    /// A figure of runs of ours and of the floor, where less is better.
    pub fn new(name: &'static str, n: usize, unit: &'static str, runs: Runs, aim: &'static str) -> Self {
        let floor = (!runs.floor.is_empty()).then(|| median(&runs.floor));
        let ours = median(&runs.ours);
        Self {
            name,
            edition: NATIVE,
            n,
            unit,
            ours,
            ours_p99: quantile(&runs.ours, 0.99),
            peer: None,
            peer_name: None,
            floor,
            ratio_to_floor: floor.map(|floor| ours / floor),
            ratio_to_peer: None,
            aim,
            met: None,
            runs,
            less_is_better: true,
        }
    }

    /// In the web edition.
    pub fn in_web(mut self) -> Self {
        self.edition = "web";
        self
    }

    fn title(&self) -> String {
        if self.edition == NATIVE { self.name.to_owned() } else { format!("{} {}", self.name, self.edition) }
    }

    /// More is better.
    pub fn more_is_better(mut self) -> Self {
        self.less_is_better = false;
        self
    }

    /// Sets a peer beside it, which was measured at the same N.
    pub fn beside(mut self, name: &'static str, peer: Option<f64>) -> Self {
        self.peer = peer;
        self.peer_name = peer.map(|_| name);
        self.ratio_to_peer = peer.map(|peer| if self.less_is_better { peer / self.ours } else { self.ours / peer });
        self
    }

    /// Judges it by what its aim says.
    pub fn judged(mut self, met: impl FnOnce(&Self) -> Option<bool>) -> Self {
        self.met = met(&self);
        self
    }

    /// Whether it is at most so many times the floor.
    pub fn within(self, times: f64) -> Self {
        self.judged(|figure| figure.ratio_to_floor.map(|ratio| ratio <= times))
    }
}

/// The middle one.
pub(crate) fn median(of: &[f64]) -> f64 {
    quantile(of, 0.5)
}

/// The one below which so many lie.
pub(crate) fn quantile(of: &[f64], part: f64) -> f64 {
    let mut sorted = of.to_vec();
    sorted.sort_by(f64::total_cmp);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "an index")]
    let at = (part * (sorted.len().max(1) - 1) as f64).round() as usize;
    sorted.get(at).copied().unwrap_or(f64::NAN)
}

/// The table, and how each row grows.
pub(crate) fn table(figures: &[Figure]) -> String {
    let mut out = String::new();
    let _ = writeln!(
        out,
        "{:<14} {:>8} {:>8} {:>10} {:>10} {:>10} {:>8} {:>10} {:>8}  {:<4} aim",
        "name", "n", "unit", "ours", "p99", "floor", "× floor", "peer", "× peer", "met"
    );
    for figure in figures {
        let met = match figure.met {
            Some(true) => "yes",
            Some(false) => "NO",
            None => "–",
        };
        let peer = figure.peer_name.map(|name| format!(" ({name})")).unwrap_or_default();
        let _ = writeln!(
            out,
            "{:<14} {:>8} {:>8} {:>10} {:>10} {:>10} {:>8} {:>10} {:>8}  {:<4} {}{peer}",
            figure.title(),
            figure.n,
            figure.unit,
            number(Some(figure.ours)),
            number(Some(figure.ours_p99)),
            number(figure.floor),
            number(figure.ratio_to_floor),
            number(figure.peer),
            number(figure.ratio_to_peer),
            met,
            figure.aim
        );
    }
    for (name, exponent) in growth(figures) {
        let _ = writeln!(out, "{name} grows with n to the power of {exponent:.2}");
    }
    out
}

fn number(x: Option<f64>) -> String {
    match x {
        None => "–".to_owned(),
        Some(x) if x >= 100.0 => format!("{x:.0}"),
        Some(x) if x >= 1.0 => format!("{x:.2}"),
        Some(x) => format!("{x:.4}"),
    }
}

/// The exponent between the smallest and the largest N of each row that was measured at several.
fn growth(figures: &[Figure]) -> Vec<(&'static str, f64)> {
    let native = || figures.iter().filter(|figure| figure.edition == NATIVE);
    let mut names: Vec<&str> = native().map(|figure| figure.name).collect();
    names.dedup();
    let exponent = |name: &&'static str| {
        let of: Vec<&Figure> = native().filter(|figure| figure.name == *name).collect();
        let (first, last) = (of.first()?, of.last()?);
        #[expect(clippy::cast_precision_loss, reason = "a ratio")]
        let steps = (last.n as f64 / first.n as f64).ln();
        (last.n > first.n).then(|| (*name, (last.ours / first.ours).ln() / steps))
    };
    names.iter().filter_map(exponent).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_and_growth_follow_from_the_runs() {
        let of = |n, ours: f64| {
            Figure::new("row", n, "ms", Runs { ours: vec![ours, ours * 3.0, ours], floor: vec![ours / 2.0] }, "").within(1.5)
        };
        let figures = [of(1_000, 10.0).beside("peer", Some(50.0)), of(4_000, 160.0)];
        assert_eq!(figures[0].ours, 10.0);
        assert_eq!((figures[0].ratio_to_floor, figures[0].ratio_to_peer, figures[0].met), (Some(2.0), Some(5.0), Some(false)));
        assert_eq!(growth(&figures), [("row", 2.0)]);
        let [first, last] = figures;
        let figures = [first, last, of(1_000, 99.0).in_web()];
        assert_eq!(growth(&figures), [("row", 2.0)], "the web edition's figures are beside them");
        assert!(table(&figures).contains("row web"));
    }
}
