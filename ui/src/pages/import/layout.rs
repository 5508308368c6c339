//! How the file was read, each guess with a list to correct it.

use crate::components::{Field, Select};
use crate::hooks::use_i18n;
use maydan_core::import::{DecimalMark, Encoding, Layout};
use yew::prelude::*;

const ENCODINGS: [(Encoding, &str); 4] = [
    (Encoding::Utf8, "utf-8"),
    (Encoding::Windows1256, "windows-1256"),
    (Encoding::Utf16Le, "utf-16-le"),
    (Encoding::Utf16Be, "utf-16-be"),
];
const DELIMITERS: [(char, &str); 4] = [(',', "comma"), (';', "semicolon"), ('\t', "tab"), ('|', "bar")];
const MARKS: [(DecimalMark, &str); 2] = [(DecimalMark::Point, "point"), (DecimalMark::Comma, "comma")];

/// Properties of [`Reading`].
#[derive(Properties, PartialEq)]
pub struct ReadingProps {
    /// How the file was read.
    pub layout: Layout,
    /// A correction, and whether it makes another header of the file.
    pub onlayout: Callback<(Layout, bool)>,
}

/// Encoding, delimiter and decimal mark.
#[component]
pub fn Reading(props: &ReadingProps) -> Html {
    let i18n = use_i18n();
    let layout = &props.layout;
    let onencoding = corrects(props, &ENCODINGS, true, |layout, encoding| layout.encoding = encoding);
    let ondelimiter = corrects(props, &DELIMITERS, true, |layout, delimiter| layout.delimiter = delimiter);
    let onmark = corrects(props, &MARKS, false, |layout, mark| layout.decimal = mark);
    let options = |setting: &str, words: Vec<&'static str>| -> Vec<(AttrValue, String)> {
        words.into_iter().map(|word| (AttrValue::Static(word), i18n.t(&format!("page-import-{setting}-{word}")))).collect()
    };
    html! {
        <div class="p2-form">
            <Field label={i18n.t("page-import-encoding")}>
                <Select
                    value={word_of(&ENCODINGS, layout.encoding)}
                    options={options("encoding", words(&ENCODINGS))}
                    onchange={onencoding}
                    testid="import-encoding"
                />
            </Field>
            <Field label={i18n.t("page-import-delimiter")}>
                <Select
                    value={word_of(&DELIMITERS, layout.delimiter)}
                    options={options("delimiter", words(&DELIMITERS))}
                    onchange={ondelimiter}
                    testid="import-delimiter"
                />
            </Field>
            <Field label={i18n.t("page-import-decimal")} hint={Some(i18n.t("page-import-decimal-hint"))}>
                <Select
                    value={word_of(&MARKS, layout.decimal)}
                    options={options("decimal", words(&MARKS))}
                    onchange={onmark}
                    testid="import-decimal"
                />
            </Field>
        </div>
    }
}

fn words<T>(choices: &[(T, &'static str)]) -> Vec<&'static str> {
    choices.iter().map(|(_, word)| *word).collect()
}

fn word_of<T: PartialEq + Copy>(choices: &[(T, &'static str)], value: T) -> &'static str {
    choices.iter().find(|(choice, _)| *choice == value).map_or("", |(_, word)| *word)
}

fn corrects<T: Copy + 'static>(
    props: &ReadingProps,
    choices: &'static [(T, &'static str)],
    shape: bool,
    apply: fn(&mut Layout, T),
) -> Callback<String> {
    let (layout, onlayout) = (props.layout.clone(), props.onlayout.clone());
    Callback::from(move |word: String| {
        let Some((value, _)) = choices.iter().find(|(_, choice)| *choice == word) else { return };
        let mut layout = layout.clone();
        apply(&mut layout, *value);
        onlayout.emit((layout, shape));
    })
}
