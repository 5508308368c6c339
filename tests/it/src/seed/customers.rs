//! Customers: the real businesses in another order, and after the last of them branches of them in other towns.

use super::random::{Random, uuid};
use super::source::{Business, Source};
use super::{Customer, Spec, TERRITORIES, Territory, phone, words};
use maydan_core::domain::geo::Point;
use maydan_core::{RecordId, Row, Value};

pub(super) fn make(spec: &Spec, source: &Source) -> Vec<Customer> {
    let mut order: Vec<&Business> = source.businesses.iter().collect();
    Random::of(spec.seed, "order of businesses", 0).shuffle(&mut order);
    (0..spec.customers).map(|index| customer(spec, source, order[index % order.len()], index / order.len(), index)).collect()
}

/// `round` is how many times the business was taken before.
fn customer(spec: &Spec, source: &Source, business: &Business, round: usize, index: usize) -> Customer {
    let mut random = Random::of(spec.seed, "customer", index);
    let (mut name, mut city, mut place) = (business.name.clone(), business.city.clone(), business.place);
    if round > 0 {
        let town = random.pick(&source.towns);
        name = branch(&name, &town.name, round, &mut random);
        city = town.name.clone();
        place = around(town.place, &mut random);
    }
    let territory = Territory::of(place);
    let language = if name.is_ascii() { "en" } else { "ar" };
    let mut fields = Row::new();
    let mut put = |field: &str, value: Value| {
        if !value.is_empty() {
            fields.insert(field.to_owned(), value);
        }
    };
    put("reference", format!("{}-{:06}", spec.seed, index + 1).into());
    put("name", name.into());
    put("other_name", business.other_name.as_str().into());
    put("city", city.into());
    put("activity", business.activity.as_str().into());
    put("language", language.into());
    put("status", if random.chance(3) { "archived" } else { "active" }.into());
    if random.chance(92) {
        put("phone", phone::number(&mut random).into());
    }
    if random.chance(20) {
        put("other_phone", phone::number(&mut random).into());
    }
    if random.chance(12) {
        put("email", format!("customer{}@example.com", index + 1).into());
    }
    if random.chance(65) {
        put("address", words::fill("{street}، {landmark}", business.goods, &mut random).into());
    }
    if random.chance(40) {
        let mut tags = vec![(*random.pick(words::TAGS)).to_owned()];
        if random.chance(30) {
            tags.push((*random.pick(words::TAGS)).to_owned());
        }
        tags.sort();
        tags.dedup();
        put("tags", Value::Tags(tags));
    }
    if random.chance(15) {
        put("remarks", words::fill(words::pick(words::REMARKS, &mut random), business.goods, &mut random).into());
    }
    // Some pins nobody has set yet.
    if random.chance(97) {
        put("latitude", place.latitude.into());
        put("longitude", place.longitude.into());
    }
    let owner = *random.pick(TERRITORIES[territory].reps);
    Customer { id: RecordId(uuid(spec.seed, "customer", index)), territory, owner, fields, place, goods: business.goods }
}

/// A name for another branch. Every round has its own number, so that no name stands twice in a town by chance alone.
fn branch(name: &str, town: &str, round: usize, random: &mut Random) -> String {
    let number = round + 1;
    match random.below(4) {
        0 => format!("{name} - فرع {town} {number}"),
        1 => format!("{name} ({number}) {town}"),
        2 => format!("{name} فرع {}", phone::arabic(&number.to_string())),
        _ => format!("{name} {town} - الفرع رقم {number}"),
    }
}

/// A place in a town: south of its centre, for north of many is the sea. Rounded to about ten centimetres, as on maps.
fn around(centre: Point, random: &mut Random) -> Point {
    let round = |degrees: f64| (degrees * 1e6).round() / 1e6;
    let latitude = centre.latitude - random.between(0.0, 0.03);
    let longitude = centre.longitude + random.between(-0.02, 0.02);
    Point { latitude: round(latitude), longitude: round(longitude) }
}
