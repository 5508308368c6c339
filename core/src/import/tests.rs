use super::*;
use crate::record::Value;

fn fixture(name: &str) -> Vec<u8> {
    // Tests run in their package's folder.
    std::fs::read(format!("../tests/fixtures/{name}")).expect("fixture")
}

#[test]
fn the_whole_file_of_real_businesses_is_read_and_no_row_is_lost() {
    let file = fixture("libya-west-businesses.csv");
    let lines = csv::ReaderBuilder::new().from_reader(file.as_slice()).records().count();
    let table = read(&file, None).expect("read");
    assert_eq!(table.layout.encoding, Encoding::Utf8);
    assert_eq!(table.layout.delimiter, ',');
    assert_eq!(usize::try_from(table.rows()).expect("fits"), lines);
    assert!(table.bad.iter().all(|e| e.line > 1 && !e.cells.is_empty()));
    assert!(table.good.len() > lines * 99 / 100, "{} bad", table.bad.len());
    assert!(table.layout.columns.iter().all(Option::is_some), "{:?}", table.layout.columns);
}

#[test]
fn encodings_delimiters_and_decimal_marks_are_guessed() {
    let plain = "المعرّف;الاسم;خط العرض;خط الطول\n1;مخبز الأمل;32,8872;13,1913\n";
    let utf16: Vec<u8> = [0xFF, 0xFE].into_iter().chain(plain.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let (windows, _, lossy) = encoding_rs::WINDOWS_1256.encode(plain);
    assert!(!lossy);
    let bom = [b"\xEF\xBB\xBF".as_slice(), plain.as_bytes()].concat();
    for (file, encoding) in [
        (plain.as_bytes().to_vec(), Encoding::Utf8),
        (bom, Encoding::Utf8),
        (utf16, Encoding::Utf16Le),
        (windows.into_owned(), Encoding::Windows1256),
    ] {
        let table = read(&file, None).expect("read");
        assert_eq!((table.layout.encoding, table.layout.delimiter, table.layout.decimal), (encoding, ';', DecimalMark::Comma));
        assert_eq!(table.good[0].1["name"], Value::from("مخبز الأمل"));
        assert_eq!(table.good[0].1["latitude"], Value::Real(32.8872));
    }
}

#[test]
fn bad_rows_are_reported_with_their_line_and_reason() {
    let file = "name,latitude,longitude\nجيد,32.1,13.2\n,32.1,13.2\nبعيد,99,13.2\nكلام,abc,13\nكثير,1,2,3,4\n";
    let table = read(file.as_bytes(), None).expect("read");
    let bad: Vec<_> = table.bad.iter().map(|e| (e.line, e.code, e.field.as_deref())).collect();
    assert_eq!(
        bad,
        [
            (3, ErrorCode::Required, Some("name")),
            (4, ErrorCode::InvalidValue, Some("latitude")),
            (5, ErrorCode::InvalidValue, Some("latitude")),
            (6, ErrorCode::BadRequest, None),
        ]
    );
    assert_eq!(table.good.len(), 1);
}

#[test]
fn a_file_with_broken_characters_and_a_hundred_columns_loses_no_good_row() {
    let header: Vec<String> = (0..100).map(|n| if n == 7 { "الاسم".to_owned() } else { format!("عمود {n}") }).collect();
    let mut file = b"\xEF\xBB\xBF".to_vec();
    file.extend(header.join(",").into_bytes());
    for (row, name) in [&b"\xD9\x86\xD9\x88\xD8\xB1"[..], &b"\xD9\xD9\xFF"[..]].iter().enumerate() {
        file.push(b'\n');
        for column in 0..100 {
            if column > 0 {
                file.push(b',');
            }
            if column == 7 { file.extend(*name) } else { file.extend(format!("{row}").bytes()) }
        }
    }
    let table = read(&file, None).expect("read");
    assert_eq!(table.good.len(), 1);
    assert_eq!(table.good[0].1["name"], Value::from("نور"));
    assert_eq!(table.bad.iter().map(|e| (e.line, e.code)).collect::<Vec<_>>(), [(3, ErrorCode::Corrupt)]);
}

#[test]
fn files_that_can_not_be_a_table_are_refused_with_a_reason() {
    for file in [&b""[..], b"\n\n", b"a,b,c\n1,2,3\n", b"\x00\x01\x02\xFF"] {
        assert_eq!(read(file, None).expect_err("refused").code, ErrorCode::BadRequest);
    }
    assert_eq!(read(&vec![b'a'; MAX_FILE_BYTES + 1], None).expect_err("refused").code, ErrorCode::TooLarge);
    let wide = vec!["name"; MAX_COLUMNS + 1].join(",");
    assert_eq!(read(wide.as_bytes(), None).expect_err("refused").code, ErrorCode::TooLarge);
}

#[test]
fn the_same_row_has_the_same_id_and_another_territory_another() {
    let fields = crate::Row::from([("reference".to_owned(), Value::from("7"))]);
    let (a, b) = (crate::ScopeId::COMPANY, crate::ScopeId(uuid::Uuid::from_u128(9)));
    assert_eq!(derived_id(a, &fields), derived_id(a, &fields));
    assert_ne!(derived_id(a, &fields), derived_id(b, &fields));
}
