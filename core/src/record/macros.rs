//! The notation of declarations.

/// Declares a record kind:
///
/// ```text
/// record! {
///     /// A thing to do by a day.
///     "task" v 1 in Parent("about");
///     title: Line [required, search, sort],
///     about: Link("*") [filter],
/// }
/// ```
///
/// It makes `pub fn kind() -> Kind`. What computes derived fields is named in the registry. A name of a field ends up in
/// documents, tables and locale keys, so it never changes.
macro_rules! record {
    (
        $(#[$doc:meta])*
        $name:literal v $version:literal in $scope:ident $(($parent:literal))?;
        $( $field:ident : $ty:ident $(($($arg:literal),+))? $([$($option:ident),*])? ),+ $(,)?
    ) => {
        $(#[$doc])*
        pub fn kind() -> $crate::record::Kind {
            $crate::record::Kind {
                name: $name.into(),
                version: $version,
                scope: record!(@scope $scope $($parent)?),
                fields: vec![
                    $( $crate::record::Field::new(stringify!($field), record!(@type $ty $($($arg),+)?))$($(.with(stringify!($option)))*)? ),+
                ],
                derive: None,
            }
        }
    };
    (@scope Parent $parent:literal) => { $crate::record::ScopeRule::Parent($parent.into()) };
    (@scope $scope:ident) => { $crate::record::ScopeRule::$scope };
    (@type Choice $($arg:literal),+) => { $crate::record::FieldType::Choice(vec![$($arg.into()),+]) };
    (@type Link $kind:literal) => { $crate::record::FieldType::Link($kind.into()) };
    (@type DerivedChoice $($arg:literal),+) => {
        $crate::record::FieldType::Derived(Box::new($crate::record::FieldType::Choice(vec![$($arg.into()),+])))
    };
    (@type DerivedInteger) => { record!(@derived Integer) };
    (@type DerivedInstant) => { record!(@derived Instant) };
    (@type DerivedDay) => { record!(@derived Day) };
    (@type DerivedLine) => { record!(@derived Line) };
    (@type DerivedReal) => { record!(@derived Real) };
    (@type DerivedBool) => { record!(@derived Bool) };
    (@derived $ty:ident) => { $crate::record::FieldType::Derived(Box::new($crate::record::FieldType::$ty)) };
    (@type $ty:ident) => { $crate::record::FieldType::$ty };
}

pub(super) use record;
