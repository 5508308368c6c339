//! As CSV files: UTF-8 with a byte-order mark, so that spreadsheets read them, under Arabic headers. `customers.csv` can
//! be imported as it is.

use super::{Customer, Data, PEOPLE, Spec, Visit, data};
use chrono::DateTime;
use maydan_core::domain::trip;
use maydan_core::domain::visit::{self, Status, Step};
use maydan_core::{Error, Instant, Result, Value};
use std::path::Path;

/// Columns of `customers.csv`, with their fields.
const CUSTOMER: [(&str, &str); 12] = [
    ("المعرّف", "reference"),
    ("الاسم", "name"),
    ("الاسم بالإنجليزية", "other_name"),
    ("الهاتف", "phone"),
    ("هاتف آخر", "other_phone"),
    ("البريد الإلكتروني", "email"),
    ("المدينة", "city"),
    ("العنوان", "address"),
    ("النشاط", "activity"),
    ("خط العرض", "latitude"),
    ("خط الطول", "longitude"),
    ("ملاحظات", "remarks"),
];

/// Writes the data of `spec` as CSV files into a folder, which is made if it is not there.
///
/// # Errors
/// When a file can't be written.
pub fn write_csv(folder: &Path, spec: &Spec) -> Result<()> {
    let data = data(spec)?;
    std::fs::create_dir_all(folder).map_err(|e| Error::internal(format!("{} can't be made: {e}", folder.display())))?;
    let header = CUSTOMER.map(|(header, _)| header);
    table(&folder.join("customers.csv"), &header, data.customers.iter().map(customer))?;
    let header = ["المعرّف", "العميل", "اسم العميل", "الكاتب", "التاريخ", "النص"];
    table(&folder.join("notes.csv"), &header, notes(&data))?;
    let header = [
        "المعرّف",
        "العميل",
        "اسم العميل",
        "المندوب",
        "اليوم",
        "الحالة",
        "السبب",
        "التقرير",
        "وقت الوصول",
        "وقت المغادرة",
        "وقت الإرسال",
        "التحقق",
        "المسافة بالمتر",
        "تعليق المدير",
    ];
    table(&folder.join("visits.csv"), &header, data.visits.iter().map(|v| visit_cells(&data, v)))?;
    let header = ["المعرّف", "العميل", "اسم العميل", "المكلّف", "العنوان", "التفاصيل", "الاستحقاق", "الأولوية", "أُنجزت في"];
    table(&folder.join("tasks.csv"), &header, tasks(&data))?;
    let header =
        ["المعرّف", "المندوب", "اليوم", "البداية", "النهاية", "النقاط", "المسافة بالمتر", "الانقطاعات", "حول بلدة", "المسار", "المصدر"];
    table(&folder.join("trips.csv"), &header, trips(&data))
}

fn table(path: &Path, header: &[&str], rows: impl Iterator<Item = Vec<String>>) -> Result<()> {
    let failed = |e: &dyn std::fmt::Display| Error::internal(format!("{} can't be written: {e}", path.display()));
    let mut writer = csv::Writer::from_writer("\u{feff}".as_bytes().to_vec());
    writer.write_record(header).map_err(|e| failed(&e))?;
    for row in rows {
        writer.write_record(&row).map_err(|e| failed(&e))?;
    }
    let bytes = writer.into_inner().map_err(|e| failed(&e))?;
    std::fs::write(path, bytes).map_err(|e| failed(&e))
}

fn customer(customer: &Customer) -> Vec<String> {
    let cell = |field: &str| match customer.fields.get(field) {
        Some(Value::Text(text)) => text.clone(),
        Some(Value::Real(number)) => number.to_string(),
        _ => String::new(),
    };
    CUSTOMER.iter().map(|(_, field)| cell(field)).collect()
}

fn about(data: &Data, customer: usize) -> [String; 2] {
    let customer = &data.customers[customer];
    [customer.text("reference").to_owned(), customer.text("name").to_owned()]
}

fn notes(data: &Data) -> impl Iterator<Item = Vec<String>> {
    data.notes.iter().map(move |note| {
        let [reference, name] = about(data, note.customer);
        vec![note.id.to_string(), reference, name, PEOPLE[note.author].name.to_owned(), time(note.written_at), note.body.clone()]
    })
}

fn visit_cells(data: &Data, visit: &Visit) -> Vec<String> {
    let [reference, name] = about(data, visit.customer);
    let status = visit.life.iter().fold(None, |status, moment| visit::allow(status, &moment.step).ok().or(status));
    let mut cells: [String; 6] = Default::default();
    for moment in &visit.life {
        match &moment.step {
            Step::Planned { day, .. } => cells[0] = day.to_string(),
            Step::CheckedIn { day, evidence } => {
                cells[0] = day.to_string();
                cells[1] = time(moment.at);
                cells[4] = evidence.grade.as_str().to_owned();
                cells[5] = evidence.distance.map(|metres| metres.to_string()).unwrap_or_default();
            }
            Step::CheckedOut { .. } => cells[2] = time(moment.at),
            Step::Submitted => cells[3] = time(moment.at),
            Step::Approved { .. } | Step::Returned { .. } => {}
        }
    }
    let [day, arrived, left, handed_in, grade, distance] = cells;
    let comment = visit.life.iter().rev().find_map(|moment| match &moment.step {
        Step::Approved { comment, .. } | Step::Returned { comment } => Some(comment.clone()),
        _ => None,
    });
    vec![
        visit.id.to_string(),
        reference,
        name,
        PEOPLE[visit.rep].name.to_owned(),
        day,
        status.map_or("", Status::as_str).to_owned(),
        visit.reason.clone(),
        visit.report.clone(),
        arrived,
        left,
        handed_in,
        grade,
        distance,
        comment.unwrap_or_default(),
    ]
}

fn tasks(data: &Data) -> impl Iterator<Item = Vec<String>> {
    data.tasks.iter().map(move |task| {
        let [reference, name] = about(data, task.customer);
        vec![
            task.id.to_string(),
            reference,
            name,
            PEOPLE[task.assignee].name.to_owned(),
            task.title.clone(),
            task.body.clone(),
            task.due.to_string(),
            task.priority.to_owned(),
            task.done_at.map(time).unwrap_or_default(),
        ]
    })
}

fn trips(data: &Data) -> impl Iterator<Item = Vec<String>> {
    data.trips.iter().map(|trip| {
        let summary = trip::summary(&trip.fixes);
        vec![
            trip.id.to_string(),
            PEOPLE[trip.rep].name.to_owned(),
            trip.day.to_string(),
            trip.fixes.first().map(|f| time(f.at)).unwrap_or_default(),
            time(trip.ended_at),
            trip.fixes.len().to_string(),
            format!("{:.0}", summary.metres),
            summary.gaps.to_string(),
            trip.town.clone(),
            trip.track.to_owned(),
            "اصطناعي: مسار حقيقي منقول من مكان آخر".to_owned(),
        ]
    })
}

fn time(at: Instant) -> String {
    DateTime::from_timestamp_millis(at.0).map(|t| t.format("%Y-%m-%dT%H:%M:%SZ").to_string()).unwrap_or_default()
}
