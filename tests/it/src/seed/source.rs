//! The real input: businesses, towns, tracks.

use super::words::Goods;
use super::{Territory, random::Random};
use maydan_core::domain::geo::{Fix, Point};
use maydan_core::domain::gpx;
use maydan_core::{Error, Result, Value, import};

const BUSINESSES: &[u8] = include_bytes!("../../../fixtures/libya-west-businesses.csv");
const PLACES: &str = include_str!("../../../fixtures/libya-places.csv");
/// The tracks that are long enough to be a shift.
const TRACKS: [(&str, &str); 3] = [
    ("around-visnjan-with-car.gpx", include_str!("../../../fixtures/tracks/around-visnjan-with-car.gpx")),
    ("korita-zbevnica.gpx", include_str!("../../../fixtures/tracks/korita-zbevnica.gpx")),
    ("Mojstrovka.gpx", include_str!("../../../fixtures/tracks/Mojstrovka.gpx")),
];

/// What the data are made from.
pub(super) struct Source {
    pub businesses: Vec<Business>,
    pub towns: Vec<Town>,
    pub tracks: Vec<(&'static str, Vec<Fix>)>,
}

/// A business, as it stands on the map.
pub(super) struct Business {
    pub name: String,
    pub other_name: String,
    pub city: String,
    pub activity: String,
    pub goods: Goods,
    pub place: Point,
}

/// A town of western Libya.
pub(super) struct Town {
    pub name: String,
    pub place: Point,
    pub territory: usize,
}

impl Source {
    /// A town that a rep works in, or any, if she has none.
    pub fn town_of(&self, rep: usize, random: &mut Random) -> &Town {
        let own: Vec<&Town> = self.towns.iter().filter(|t| super::TERRITORIES[t.territory].reps.contains(&rep)).collect();
        if own.is_empty() { random.pick(&self.towns) } else { own[random.below(own.len())] }
    }
}

/// Reads the fixtures.
pub(super) fn read() -> Result<Source> {
    let tracks = TRACKS.iter().map(|(name, text)| Ok((*name, gpx::parse(text)?))).collect::<Result<Vec<_>>>()?;
    let source = Source { businesses: businesses()?, towns: towns()?, tracks };
    if source.businesses.is_empty() || source.towns.is_empty() {
        return Err(Error::corrupt("the fixtures hold no business or no town"));
    }
    Ok(source)
}

/// Read like any customer's file: what is bad in it is left out here.
fn businesses() -> Result<Vec<Business>> {
    let table = import::read(BUSINESSES, None)?;
    let business = |fields: &maydan_core::Row| {
        let text = |field: &str| fields.get(field).and_then(Value::as_text).unwrap_or_default().to_owned();
        let number = |field: &str| fields.get(field).and_then(Value::as_real);
        let place = Point::new(number("latitude")?, number("longitude")?)?;
        let raw = text("activity");
        let known = ACTIVITIES.iter().find(|(tag, ..)| *tag == raw);
        let (activity, goods) = known.map_or((raw.as_str(), Goods::Mixed), |(_, arabic, goods)| (*arabic, *goods));
        let (name, other_name) = (text("name"), text("other_name"));
        let other_name = if other_name == name { String::new() } else { other_name };
        Some(Business { name, other_name, city: text("city"), activity: activity.to_owned(), goods, place })
    };
    Ok(table.good.iter().filter_map(|(_, fields)| business(fields)).collect())
}

/// Cities and towns of the west that have an Arabic name.
fn towns() -> Result<Vec<Town>> {
    let mut reader = csv::Reader::from_reader(PLACES.trim_start_matches('\u{feff}').as_bytes());
    let mut towns = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|e| Error::corrupt(format!("the places can't be read: {e}")))?;
        let cell = |n: usize| record.get(n).unwrap_or_default().trim();
        let place = cell(5).parse().ok().zip(cell(6).parse().ok()).and_then(|(lat, lon)| Point::new(lat, lon));
        let Some(place) = place.filter(|p| p.latitude > 31.3 && p.longitude < 15.5) else { continue };
        let arabic = !cell(1).is_empty() && !cell(1).bytes().any(|b| b.is_ascii_alphabetic());
        if arabic && matches!(cell(3), "city" | "town") {
            towns.push(Town { name: cell(1).to_owned(), place, territory: Territory::of(place) });
        }
    }
    Ok(towns)
}

/// Activities by their tag on the map, with what such a customer buys. Others stay as they are.
const ACTIVITIES: &[(&str, &str, Goods)] = &[
    ("shop:supermarket", "سوبرماركت", Goods::Food),
    ("shop:convenience", "بقالة", Goods::Food),
    ("shop:clothes", "ملابس", Goods::Clothes),
    ("shop:bakery", "مخبز", Goods::Food),
    ("amenity:school", "مدرسة", Goods::Mixed),
    ("shop:car_repair", "ورشة سيارات", Goods::Cars),
    ("amenity:pharmacy", "صيدلية", Goods::Care),
    ("shop:mobile_phone", "هواتف نقالة", Goods::Devices),
    ("amenity:cafe", "مقهى", Goods::Food),
    ("shop:butcher", "جزارة", Goods::Food),
    ("shop:electronics", "إلكترونيات", Goods::Devices),
    ("shop:car", "معرض سيارات", Goods::Cars),
    ("shop:car_parts", "قطع غيار", Goods::Cars),
    ("shop:yes", "محل", Goods::Mixed),
    ("shop:confectionery", "حلويات", Goods::Food),
    ("amenity:clinic", "عيادة", Goods::Care),
    ("shop:hairdresser", "حلاقة", Goods::Care),
    ("shop:department_store", "متجر متعدد الأقسام", Goods::Mixed),
    ("shop:furniture", "أثاث", Goods::Mixed),
    ("shop:tyres", "إطارات", Goods::Cars),
    ("shop:laundry", "مغسلة ملابس", Goods::Care),
    ("shop:greengrocer", "خضار وفواكه", Goods::Food),
    ("shop:shoes", "أحذية", Goods::Clothes),
    ("amenity:restaurant", "مطعم", Goods::Food),
    ("shop:beauty", "تجميل", Goods::Care),
    ("shop:sports", "أدوات رياضية", Goods::Clothes),
    ("shop:hardware", "مواد بناء وعدد", Goods::Mixed),
    ("amenity:hospital", "مستشفى", Goods::Care),
    ("shop:computer", "حواسيب", Goods::Devices),
    ("shop:variety_store", "محل منوعات", Goods::Mixed),
    ("amenity:car_wash", "غسيل سيارات", Goods::Cars),
    ("amenity:fuel", "محطة وقود", Goods::Cars),
    ("amenity:fast_food", "وجبات سريعة", Goods::Food),
    ("shop:photo", "تصوير", Goods::Devices),
    ("shop:travel_agency", "وكالة سفر", Goods::Mixed),
    ("shop:jewelry", "مجوهرات", Goods::Mixed),
    ("shop:gift", "هدايا", Goods::Mixed),
    ("shop:ticket", "حجز تذاكر", Goods::Mixed),
    ("shop:optician", "نظارات", Goods::Care),
    ("shop:copyshop", "خدمات مكتبية", Goods::Devices),
    ("shop:cosmetics", "مواد تجميل", Goods::Care),
    ("shop:books", "مكتبة", Goods::Mixed),
    ("shop:stationery", "قرطاسية", Goods::Mixed),
    ("shop:toys", "ألعاب أطفال", Goods::Mixed),
    ("shop:seafood", "أسماك", Goods::Food),
    ("shop:beverages", "مشروبات", Goods::Food),
    ("craft:tailor", "خياط", Goods::Clothes),
    ("amenity:dentist", "طبيب أسنان", Goods::Care),
    ("amenity:marketplace", "سوق", Goods::Food),
    ("amenity:bank", "مصرف", Goods::Mixed),
];
