//! What met what: an operation and a fault that never came together in all seeds were never tried.

use crate::action::What;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// How far apart two things may be and still have met.
const NEAR: usize = 8;

/// Pairs of an operation and a fault, with how often they met.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    recent: VecDeque<String>,
    pairs: BTreeMap<(String, String), u64>,
    operations: BTreeSet<String>,
    faults: BTreeSet<String>,
}

impl Coverage {
    /// Something happened.
    pub fn happened(&mut self, what: &What) {
        let name = name(what);
        let is_operation = |name: &str| name.starts_with("do ");
        if is_operation(&name) {
            self.operations.insert(name.clone());
        } else if name != "sync" {
            self.faults.insert(name.clone());
        }
        for other in &self.recent {
            match (is_operation(&name), is_operation(other)) {
                (true, false) if other != "sync" => *self.pairs.entry((name.clone(), other.clone())).or_default() += 1,
                (false, true) if name != "sync" => *self.pairs.entry((other.clone(), name.clone())).or_default() += 1,
                _ => {}
            }
        }
        self.recent.push_back(name);
        if self.recent.len() > NEAR {
            self.recent.pop_front();
        }
    }

    /// Takes another run's pairs in.
    pub fn add(&mut self, other: &Self) {
        for (pair, count) in &other.pairs {
            *self.pairs.entry(pair.clone()).or_default() += count;
        }
        self.operations.extend(other.operations.iter().cloned());
        self.faults.extend(other.faults.iter().cloned());
    }

    /// The pairs that never met.
    pub fn missing(&self) -> Vec<(String, String)> {
        let all = self.operations.iter().flat_map(|o| self.faults.iter().map(move |f| (o.clone(), f.clone())));
        all.filter(|pair| !self.pairs.contains_key(pair)).collect()
    }

    /// How many pairs there are, and how many met.
    pub fn count(&self) -> (usize, usize) {
        (self.operations.len() * self.faults.len(), self.pairs.len())
    }
}

fn name(what: &What) -> String {
    match what {
        What::Work(_, work) => format!("do {work:?}"),
        What::Switch(..) => "do Switch".into(),
        What::Grant(_, _, granted) => if *granted { "do Grant" } else { "do TakeAway" }.into(),
        What::Move(_) => "do Move".into(),
        What::Revoke(_) => "do Revoke".into(),
        What::TakeIn => "do TakeIn".into(),
        What::Erase => "do Erase".into(),
        What::Upgrade(_) => "do Upgrade".into(),
        What::UpgradeServer => "do UpgradeServer".into(),
        What::Shorten(_) => "do Shorten".into(),
        What::Sync(_, None) | What::Backup | What::DisksWell => "sync".into(),
        What::Sync(_, Some(fault)) => format!("{fault:?}"),
        What::TwoLoops(..) => "TwoLoops".into(),
        What::ArriveLate => "ArriveLate".into(),
        What::CutDevice(..) => "CutDevice".into(),
        What::CutServer(_) => "CutServer".into(),
        What::Disk(device, trouble) => format!("{} {trouble:?}", if device.is_some() { "Device" } else { "Server" }),
        What::Clock(..) => "Clock".into(),
        What::PutBack(told) => if *told { "PutBackTold" } else { "PutBackByHand" }.into(),
        What::SmallPages(_) => "SmallPages".into(),
        What::Harm(harm) => harm.name().into(),
    }
}
