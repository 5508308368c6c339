//! No list and no search reads what it does not show.
//!
//! The statements are written out here as the product builds them; each must have been run by the product before its
//! plan is asked for, so that a changed query can't leave an old one tested.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use rusqlite::StatementStatus;

/// A replica with a little of everything.
fn replica() -> Replica {
    let mut replica = open(Place::Memory);
    let customer = create(&mut replica, "customer", &[("name", "شركة النور".into()), ("status", "active".into())]);
    let of = ("customer", Value::from(customer.to_string()));
    create(&mut replica, "note", &[of.clone(), ("body", "زبون قديم".into())]);
    create(&mut replica, "task", &[of, ("title", "اتصل به".into()), ("assignee", AMAL.to_string().into())]);
    let day = "2026-11-21".parse().unwrap();
    replica.plan_visit(PlanVisit { visit: None, customer, day, position: None, reason: String::new() }).unwrap();
    replica
}

/// How SQLite does what the product has just asked of it in exactly these words.
fn plan(replica: &Replica, sql: &str) -> String {
    let runs = replica.connection().prepare_cached(sql).unwrap().get_status(StatementStatus::Run);
    assert!(runs > 0, "the product does not run this (any more): {sql}");
    let mut explain = replica.connection().prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    let mut rows = explain.raw_query();
    let mut lines = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        lines.push(row.get::<_, String>(3).unwrap());
    }
    lines.join("\n")
}

fn is(field: &str, value: &str) -> Filter {
    Filter { field: field.into(), test: Test::Is(value.into()) }
}

#[test]
fn a_plain_list_walks_its_index_and_sorts_nothing() {
    let mut replica = replica();
    replica.list_records(all("customer")).unwrap();
    let plan = plan(&replica, "SELECT n FROM r_customer WHERE deleted = 0 ORDER BY k_name ASC, n ASC LIMIT 50 OFFSET 0");
    assert!(plan.contains("INDEX r_customer_s_name"), "{plan}");
    assert!(!plan.contains("TEMP B-TREE"), "{plan}");
}

/// `deleted = 0` holds for nearly every record: an index that is only narrowed by that is a full scan under another name.
#[test]
fn a_filter_reads_only_the_records_that_it_asks_for() {
    let mut replica = replica();
    let cases: [(&str, Vec<Filter>, &str, &[&str]); 7] = [
        ("visit", vec![is("rep", "x"), is("day", "2026-11-21")], "day", &["rep=?", "day=?"]),
        ("visit", vec![is("rep", "x")], "day", &["rep=?"]),
        ("visit", vec![is("status", "submitted")], "day", &["status=?"]),
        ("visit", vec![is("customer", "x")], "day", &["customer=?"]),
        ("note", vec![is("customer", "x")], "written_at", &["customer=?"]),
        ("task", vec![is("assignee", "x")], "k_title", &["assignee=?"]),
        ("customer", vec![is("reference", "7")], "k_name", &["reference=?"]),
    ];
    for (kind, filters, order, narrowed) in cases {
        let condition: String = filters.iter().map(|f| format!(" AND {} = ?", f.field)).collect();
        replica.list_records(ListRecords { filters, ..all(kind) }).unwrap();
        for sql in [
            format!("SELECT count(*) FROM r_{kind} WHERE deleted = 0{condition}"),
            format!("SELECT n FROM r_{kind} WHERE deleted = 0{condition} ORDER BY {order} ASC, n ASC LIMIT 50 OFFSET 0"),
        ] {
            let plan = plan(&replica, &sql);
            assert!(narrowed.iter().any(|n| plan.contains(n)), "{sql}\n{plan}");
        }
    }
}

#[test]
fn search_goes_from_the_matches_to_their_rows() {
    let mut replica = replica();
    let trigrams = "n IN (SELECT rowid FROM f_customer WHERE f_customer MATCH ? LIMIT 4000)";
    let prefixes = "n IN (SELECT rowid FROM p_customer WHERE p_customer MATCH ? LIMIT 4000)";
    for (typed, sources) in [("نور", trigrams.to_owned()), ("نو", prefixes.to_owned()), ("شركة نو", format!("{trigrams} AND {prefixes}"))]
    {
        assert_eq!(found(&mut replica, typed), ["شركة النور"]);
        let plan = plan(&replica, &format!("SELECT n, name FROM r_customer WHERE {sources} AND deleted = 0 LIMIT 1001"));
        let of_rows = plan.lines().find(|line| line.contains("r_customer")).unwrap();
        assert!(of_rows.contains("rowid=?"), "{typed}: every customer is looked at\n{plan}");
        assert!(plan.contains("VIRTUAL TABLE INDEX"), "{plan}");
    }
}

#[test]
fn the_lines_of_a_page_are_fetched_by_their_numbers() {
    let mut replica = replica();
    replica.list_records(all("customer")).unwrap();
    let kind = Registry::maydan().get("customer").unwrap().clone();
    let columns: Vec<String> = kind.columns().map(|f| format!("r.{}", f.name)).collect();
    let sql = format!(
        "SELECT d.id, d.pending, d.conflicted, r.deleted_at, {} FROM r_customer r JOIN document d ON d.n = r.n WHERE r.n = ?1",
        columns.join(", ")
    );
    let plan = plan(&replica, &sql);
    assert!(!plan.contains("SCAN"), "{plan}");
}

#[test]
fn the_choices_of_a_filter_are_read_from_its_index_alone() {
    let mut replica = replica();
    replica.field_values(FieldValues { kind: "customer".into(), field: "city".into(), limit: 9 }).unwrap();
    let sql = "SELECT city FROM r_customer WHERE deleted = 0 AND city IS NOT NULL GROUP BY city ORDER BY count(*) DESC, city LIMIT ?1";
    let plan = plan(&replica, sql);
    assert!(plan.contains("COVERING INDEX r_customer_f_city") || plan.contains("COVERING INDEX r_customer_s_city"), "{plan}");
}

#[test]
fn a_timeline_reads_only_its_customer() {
    let mut replica = replica();
    let customer = replica.list_records(all("customer")).unwrap().lines[0].id;
    let timeline = replica.timeline(Timeline { customer, limit: 30 }).unwrap();
    assert_eq!(timeline.entries.len(), 3);
    for kind in ["note", "visit", "task"] {
        let plan = plan(&replica, &format!("SELECT n FROM r_{kind} WHERE deleted = 0 AND customer = ?1 ORDER BY n DESC LIMIT 30"));
        assert!(plan.contains("customer=?"), "{plan}");
    }
}
