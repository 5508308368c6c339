//! What this person chose for this device: language, digits, calendar, theme.
//!
//! Kept in the browser's local storage, because `boot.js` applies language and theme before the first paint; a choice
//! takes effect at once and without a reload. Storage stays ISO and ASCII whatever is chosen here.

use yew::prelude::*;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$about:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        pub enum $name { $($(#[$about])* $variant),+ }

        impl $name {
            /// Every choice, in the order of menus.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word in storage, in locale tags and in locale keys.
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// The choice behind a word.
            pub fn of(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|choice| choice.word() == word)
            }
        }
    };
}

words! {
    /// The language of the screens.
    Language {
        /// Arabic, as written in Libya.
        #[default]
        Ar = "ar",
        /// English.
        En = "en",
    }
}

words! {
    /// The shapes of digits.
    Digits {
        /// 0123456789
        #[default]
        Latin = "latn",
        /// ٠١٢٣٤٥٦٧٨٩
        Arabic = "arab",
    }
}

words! {
    /// The calendar of dates on screens.
    Calendar {
        /// Gregorian.
        #[default]
        Gregorian = "gregory",
        /// Hijri, by Umm al-Qura.
        Hijri = "islamic-umalqura",
    }
}

words! {
    /// Light or dark.
    Theme {
        /// As the device says.
        #[default]
        System = "system",
        /// Light.
        Light = "light",
        /// Dark.
        Dark = "dark",
    }
}

impl Language {
    /// The direction of its script, as HTML says it.
    pub fn dir(self) -> &'static str {
        match self {
            Self::Ar => "rtl",
            Self::En => "ltr",
        }
    }
}

/// All choices of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Prefs {
    /// Language.
    pub language: Language,
    /// Digits.
    pub digits: Digits,
    /// Calendar.
    pub calendar: Calendar,
    /// Theme.
    pub theme: Theme,
}

const LANGUAGE: &str = "maydan.language";
const DIGITS: &str = "maydan.digits";
const CALENDAR: &str = "maydan.calendar";
const THEME: &str = "maydan.theme";

impl Prefs {
    /// What was chosen before; Arabic, Latin digits, Gregorian and the device's theme otherwise.
    fn load() -> Self {
        let word = |name| stored(name).unwrap_or_default();
        Self {
            language: Language::of(&word(LANGUAGE)).unwrap_or_default(),
            digits: Digits::of(&word(DIGITS)).unwrap_or_default(),
            calendar: Calendar::of(&word(CALENDAR)).unwrap_or_default(),
            theme: Theme::of(&word(THEME)).unwrap_or_default(),
        }
    }

    fn keep(self) {
        // A browser without storage still shows what was chosen, until it is closed.
        let _ = store(LANGUAGE, self.language.word());
        let _ = store(DIGITS, self.digits.word());
        let _ = store(CALENDAR, self.calendar.word());
        let _ = store(THEME, self.theme.word());
    }

    fn apply(self) {
        let Some(html) = gloo::utils::document().document_element() else { return };
        let attributes = [("lang", self.language.word()), ("dir", self.language.dir()), ("data-theme", self.theme.word())];
        for (name, value) in attributes {
            let _ = html.set_attribute(name, value);
        }
    }

    /// The locale tag for numbers and dates, for example `ar-LY-u-ca-gregory-nu-latn`.
    pub fn tag(self) -> String {
        let region = match self.language {
            Language::Ar => "ar-LY",
            Language::En => "en-GB",
        };
        format!("{region}-u-ca-{}-nu-{}", self.calendar.word(), self.digits.word())
    }
}

/// The choices now, and the way to change them.
#[derive(Clone, PartialEq)]
pub struct Preferences {
    /// What is chosen.
    pub now: Prefs,
    set: Callback<Prefs>,
}

impl Preferences {
    /// Chooses; the whole app follows at once.
    pub fn set(&self, prefs: Prefs) {
        self.set.emit(prefs);
    }
}

/// The choices of the person at this device.
#[hook]
pub fn use_prefs() -> Preferences {
    use_context::<Preferences>().unwrap_or_else(|| Preferences { now: Prefs::load(), set: Callback::noop() })
}

/// Properties of [`PrefsProvider`].
#[derive(Properties, PartialEq)]
pub struct PrefsProviderProps {
    /// Who follows the choices.
    #[prop_or_default]
    pub children: Html,
}

/// Holds the choices for everything inside.
#[component]
pub fn PrefsProvider(props: &PrefsProviderProps) -> Html {
    let now = use_state_eq(Prefs::load);
    use_effect_with(*now, |prefs| prefs.apply());
    let set = {
        let setter = now.setter();
        use_callback((), move |prefs: Prefs, _: &()| {
            prefs.keep();
            setter.set(prefs);
        })
    };
    html! {
        <ContextProvider<Preferences> context={Preferences { now: *now, set }}>
            { props.children.clone() }
        </ContextProvider<Preferences>>
    }
}

/// A word that this browser keeps for this app.
pub fn stored(name: &str) -> Option<String> {
    gloo::utils::window().local_storage().ok().flatten()?.get_item(name).ok().flatten()
}

/// Keeps a word; `false` when the browser has no room or no storage.
pub fn store(name: &str, value: &str) -> bool {
    let storage = gloo::utils::window().local_storage().ok().flatten();
    storage.is_some_and(|storage| storage.set_item(name, value).is_ok())
}

/// Forgets a word.
pub fn forget(name: &str) {
    if let Ok(Some(storage)) = gloo::utils::window().local_storage() {
        let _ = storage.remove_item(name);
    }
}
