# Strings of the shared components.

component-window = Maydan
component-close = Close
component-back = Back
component-retry = Try again
component-loading = Loading

inline-edit = { $label }: { $value }. Press to edit
inline-add = Add
inline-none = None

sync-chip-open = Sync status: open what waits to be sent
sync-chip-synced = Synced
sync-chip-syncing = Syncing
sync-chip-pending = { $count } to send
sync-chip-receiving =
    { $count ->
        [one] { $count } record received
       *[other] { $count } records received
    }
sync-chip-offline = Offline
sync-chip-offline-since = Offline since { $when }
sync-chip-attention =
    { $count ->
        [one] { $count } item needs attention
       *[other] { $count } items need attention
    }
sync-chip-update = Update the app
sync-chip-sign-in = Sign in to go on sending
sync-chip-signed-out = Not signed in

map-empty = No positions yet. They appear here once the device records them.
map-described = Map of the trace: { $points ->
        [one] { $points } point
       *[other] { $points } points
    }, { $pins ->
        [one] { $pins } mark
       *[other] { $pins } marks
    }

palette-title = Go to, find or create
palette-placeholder = Find a customer or a page…
palette-none = Nothing found. Try part of the name or the last digits of the phone.
palette-group-customers = Customers
palette-group-go = Go to
palette-group-create = Create
palette-today = Today
palette-today-words = اليوم visits tasks زيارات المهام
palette-customers = Customers
palette-customers-words = العملاء الزبائن clients
palette-new-customer = New customer
palette-new-customer-words = عميل جديد إضافة زبون create add
palette-trip = Trip
palette-trip-words = الجولة الوردية المسار shift route gps
palette-review = Review
palette-review-words = المراجعة اعتماد approve visits
palette-sync = Sync
palette-sync-words = المزامنة الإرسال الانتظار queue outbox
palette-conflicts = Conflicts
palette-conflicts-words = التعارضات قيمتان clashes
palette-import = Import customers
palette-import-words = استيراد العملاء csv excel ملف
palette-settings = Settings
palette-settings-words = الإعدادات اللغة الأرقام التقويم المظهر language theme digits calendar
