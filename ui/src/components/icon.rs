//! The icons: one stroke path each, on a 24 × 24 grid, drawn for this app.

use yew::prelude::*;

/// A picture for an action or a kind of thing. Each name says what it stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Icon {
    Today,
    Customers,
    Plus,
    Trip,
    More,
    Review,
    Sync,
    Settings,
    Back,
    Forward,
    Phone,
    Message,
    Navigate,
    Search,
    Check,
    Close,
    Note,
    Visit,
    Task,
    Pin,
    Clock,
    Warning,
    Offline,
    Upload,
    Undo,
    Play,
    Stop,
    User,
    History,
    Trash,
    Download,
}

impl Icon {
    /// Whether it points along the reading direction. Clocks, media controls and check marks do not.
    fn follows_reading(self) -> bool {
        matches!(self, Self::Back | Self::Forward | Self::Undo | Self::Note | Self::Message)
    }

    fn path(self) -> &'static str {
        match self {
            Self::Today => "M5 5h14a1 1 0 0 1 1 1v13a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1zM4 10h16M8 3v4M16 3v4",
            Self::Customers => {
                "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20a6.5 6.5 0 0 1 13 0M16 4.3a3.5 3.5 0 0 1 0 6.4M18.5 14.2a6.5 6.5 0 0 1 3 5.8"
            }
            Self::Plus => "M12 5v14M5 12h14",
            Self::Trip => {
                "M6 21a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM18 8a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM8.5 18.5h8a3.25 3.25 0 0 0 0-6.5h-9a3.25 3.25 0 0 1 0-6.5h8"
            }
            Self::More => "M4 7h16M4 12h16M4 17h16",
            Self::Review => "M9 4.5H6a1 1 0 0 0-1 1V20a1 1 0 0 0 1 1h12a1 1 0 0 0 1-1V5.5a1 1 0 0 0-1-1h-3M9 3h6v3H9zM9 14l2 2 4-4",
            Self::Sync => "M20 11a8 8 0 0 0-14.3-4L4 9M4 4v5h5M4 13a8 8 0 0 0 14.3 4l1.7-2M20 20v-5h-5",
            Self::Settings => "M4 7h8M18 7h2M15 10a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM4 17h2M12 17h8M9 20a3 3 0 1 0 0-6 3 3 0 0 0 0 6z",
            Self::Back => "M19 12H5M11 18l-6-6 6-6",
            Self::Forward => "M9 6l6 6-6 6",
            Self::Phone => "M5 4h3.5l1.5 5-2.2 1.6a12 12 0 0 0 5.6 5.6L15 14l5 1.5V19a1 1 0 0 1-1 1A15 15 0 0 1 4 5a1 1 0 0 1 1-1z",
            Self::Message => "M4 5h16a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1H10l-5 4v-4H4a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1z",
            Self::Navigate => "M12 3l7.5 17.5L12 17l-7.5 3.5z",
            Self::Search => "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM20 20l-4.9-4.9",
            Self::Check => "M5 12.5l4.5 4.5L19 7",
            Self::Close => "M6 6l12 12M18 6L6 18",
            Self::Note => "M6 3h8l5 5v12a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1zM14 3v5h5M9 13h6M9 17h4",
            Self::Visit => "M4 12.5V20h16v-7.5M3 10l2-6h14l2 6a3 3 0 0 1-6 0 3 3 0 0 1-6 0 3 3 0 0 1-6 0zM10 20v-4.5h4V20",
            Self::Task => "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM8.5 12.5l2.5 2.5 4.5-5",
            Self::Pin => "M12 21s-7-6.2-7-11.5a7 7 0 0 1 14 0C19 14.8 12 21 12 21zM12 12a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z",
            Self::Clock => "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5l3.5 2",
            Self::Warning => "M12 4l9 16H3zM12 10v4.5M12 17.2v.1",
            Self::Offline => "M4 4l16 16M9.5 6.2A6 6 0 0 1 17.4 10 4.5 4.5 0 0 1 20 17.3M16 18H7a4.5 4.5 0 0 1-.8-8.9",
            Self::Upload => "M12 16V4M7 9l5-5 5 5M4 16v3a1 1 0 0 0 1 1h14a1 1 0 0 0 1-1v-3",
            Self::Download => "M12 4v12M7 11l5 5 5-5M4 16v3a1 1 0 0 0 1 1h14a1 1 0 0 0 1-1v-3",
            Self::Undo => "M9 14L4 9l5-5M4 9h10a5.5 5.5 0 0 1 0 11h-3",
            Self::Play => "M7 4.5v15l12-7.5z",
            Self::Stop => "M7 6h10a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1H7a1 1 0 0 1-1-1V7a1 1 0 0 1 1-1z",
            Self::User => "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20.5a7.5 7.5 0 0 1 15 0",
            Self::History => "M4 12a8 8 0 1 0 2.6-5.9L4 8.5M4 4v4.5h4.5M12 8v4.5l3 1.8",
            Self::Trash => "M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v5M14 11v5",
        }
    }
}

/// Properties of [`IconView`].
#[derive(Properties, PartialEq)]
pub struct IconViewProps {
    /// Which.
    pub icon: Icon,
}

/// An icon in the size and colour of the text around it. It is decoration: the words beside it, or the label of its
/// button, say what it means.
#[component]
pub fn IconView(props: &IconViewProps) -> Html {
    let class = classes!("icon", props.icon.follows_reading().then_some("icon-mirror"));
    html! {
        <svg {class} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
            <path d={props.icon.path()} />
        </svg>
    }
}
