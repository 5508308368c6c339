//! DDL from declarations.

use maydan_core::{Field, FieldType, Kind};
use std::fmt::Write;

/// Whether a folded column keeps this field in order.
pub(super) fn has_sort_key(field: &Field) -> bool {
    field.sort && matches!(field.ty.stored(), FieldType::Line | FieldType::Email | FieldType::Phone)
}

/// The column to sort a field by.
pub(super) fn sort_column(field: &Field) -> String {
    if has_sort_key(field) { format!("k_{}", field.name) } else { field.name.clone().into_owned() }
}

pub(super) fn create(kind: &Kind) -> String {
    let name = &kind.name;
    let mut ddl = format!("CREATE TABLE r_{name} (n INTEGER PRIMARY KEY, deleted INTEGER NOT NULL, deleted_at INTEGER");
    for field in kind.columns() {
        let ty = match field.ty.stored() {
            FieldType::Integer | FieldType::Bool | FieldType::Instant => "INTEGER",
            FieldType::Real => "REAL",
            _ => "TEXT",
        };
        let _ = write!(ddl, ", {} {ty}", field.name);
        if has_sort_key(field) {
            let _ = write!(ddl, ", k_{} TEXT", field.name);
        }
    }
    ddl.push_str(");\n");
    for field in kind.columns().filter(|f| f.sort) {
        let _ = writeln!(ddl, "CREATE INDEX r_{name}_s_{0} ON r_{name} ({1}, n) WHERE deleted = 0;", field.name, sort_column(field));
    }
    // A field that is sorted by its own column has this index already.
    for field in kind.columns().filter(|f| f.filter && (!f.sort || has_sort_key(f))) {
        let _ = writeln!(ddl, "CREATE INDEX r_{name}_f_{0} ON r_{name} ({0}, n) WHERE deleted = 0;", field.name);
    }
    let _ = writeln!(
        ddl,
        "CREATE VIRTUAL TABLE f_{name} USING fts5(folded, tokenize = 'trigram', content = '', contentless_delete = 1);\n\
         CREATE VIRTUAL TABLE p_{name} USING fts5(tokens, tokenize = 'unicode61 remove_diacritics 0', prefix = '1 2', detail = none, content = '', contentless_delete = 1);"
    );
    ddl
}

pub(super) fn drop(kind: &Kind) -> String {
    let name = &kind.name;
    format!("DROP TABLE IF EXISTS r_{name}; DROP TABLE IF EXISTS f_{name}; DROP TABLE IF EXISTS p_{name};")
}

#[cfg(test)]
mod tests {
    use maydan_core::Registry;

    #[test]
    fn the_tables_of_a_kind_follow_from_its_declaration() {
        let registry = Registry::maydan();
        let ddl = super::create(registry.get("task").expect("declared"));
        let expected = "\
CREATE TABLE r_task (n INTEGER PRIMARY KEY, deleted INTEGER NOT NULL, deleted_at INTEGER, title TEXT, k_title TEXT, customer TEXT, body TEXT, assignee TEXT, due TEXT, priority TEXT, done_at INTEGER);
CREATE INDEX r_task_s_title ON r_task (k_title, n) WHERE deleted = 0;
CREATE INDEX r_task_s_due ON r_task (due, n) WHERE deleted = 0;
CREATE INDEX r_task_s_done_at ON r_task (done_at, n) WHERE deleted = 0;
CREATE INDEX r_task_f_customer ON r_task (customer, n) WHERE deleted = 0;
CREATE INDEX r_task_f_assignee ON r_task (assignee, n) WHERE deleted = 0;
CREATE INDEX r_task_f_priority ON r_task (priority, n) WHERE deleted = 0;
CREATE VIRTUAL TABLE f_task USING fts5(folded, tokenize = 'trigram', content = '', contentless_delete = 1);
CREATE VIRTUAL TABLE p_task USING fts5(tokens, tokenize = 'unicode61 remove_diacritics 0', prefix = '1 2', detail = none, content = '', contentless_delete = 1);
";
        assert_eq!(ddl, expected);
    }
}
