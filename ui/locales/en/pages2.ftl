# Visit, trip, review, sync, conflicts, settings, import.

page-more = Show more
page-count = { $count }
page-simulated = Simulated position
page-size-bytes = { $size } B
page-size-kilobytes = { $size } KB
page-size-megabytes = { $size } MB
page-size-gigabytes = { $size } GB

## A visit

page-visit-title = Visit
page-visit-unknown = There is no such visit
page-visit-unknown-text = The link is damaged. Open the visit from Today or from its customer.
page-visit-of = This is { $name }’s visit. You can read it here.
page-visit-steps = Steps of the visit
page-visit-manager-says = Your manager says:
page-visit-waits = Handed in. It waits for a manager; you can go on working.

page-visit-check-in = Check in
page-visit-check-in-anyway = Check in without a position
page-visit-check-in-reason = Check in with this reason
page-visit-locating = Finding your position…
page-visit-checked-in = Checked in
page-visit-away = You are not at the pin
page-visit-away-text = You are { $distance } from the customer’s pin. Say why; the check-in is recorded and marked.
page-visit-away-elsewhere = We met somewhere else
page-visit-away-moved = The customer has moved
page-visit-away-pin = The pin on the map is wrong
page-visit-reason = Reason
page-visit-reason-said = Reason given:
page-visit-check-out = Check out
page-visit-submit = Submit the visit
page-visit-submit-again = Submit again
page-visit-submitted = Visit submitted

page-visit-report = Report
page-visit-report-hint = What was said, agreed, seen…
page-visit-report-empty = Nothing was written.
page-visit-report-saved = Saved on this device
page-visit-report-saving = Not saved yet…

page-visit-accuracy = Accurate to { $accuracy }
page-visit-battery = Battery { $percent }%
page-visit-mock = Position from another app
page-visit-why-no-fix = The device found no position.
page-visit-why-no-pin = The customer has no pin on the map.
page-visit-why-far = Further than 200 m from the pin.
page-visit-why-mock = The position was made up by another app.
page-visit-why-vague = The position is less accurate than 100 m.
page-visit-why-old = The position was more than two minutes old.
page-visit-why-clock = The device’s clock is wrong by more than five minutes.

page-visit-life = What happened
page-visit-life-planned = Planned for { $day }
page-visit-life-checked-in = Checked in
page-visit-life-checked-in-at = Checked in, { $distance } from the pin
page-visit-life-checked-out = Checked out
page-visit-life-submitted = Submitted
page-visit-life-approved = Approved
page-visit-life-returned = Returned

## Trips

page-trip-title = Trip
page-trip-promise = Your position is recorded only between start and stop.
page-trip-keep-open = Keep Maydan open while you drive: this device can’t record in the background.
page-trip-start = Start the trip
page-trip-stop = End the trip
page-trip-recording = Recording
page-trip-waiting-fix = Waiting for the first position…
page-trip-last-fix = Last position { $ago }, accurate to { $accuracy }
page-trip-distance = Distance
page-trip-duration = Duration
page-trip-pings = GPS points
page-trip-gaps = Gaps
page-trip-gaps-text = A gap is a stretch of more than ten minutes without a position. It is not counted as distance.
page-trip-no-pings = No positions yet
page-trip-no-pings-text = The trace appears here with the first position. Check that location is turned on.
page-trip-none = No trips yet
page-trip-latest = Latest trip
page-trip-none-text = Start a trip; its trace and distance appear here.
page-trip-earlier = Earlier trips
page-trip-one = Trip
page-trip-pin-start = Start
page-trip-pin-end = End
page-trip-pin-now = Now

## Review

page-review-title = Review
page-review-not-yours = Reviewing is for managers
page-review-not-yours-text = Your own visits and the answers to them are on Today.
page-review-tab-submitted = Waiting
page-review-tab-returned = Returned
page-review-tab-approved = Approved
page-review-empty-submitted = Nothing waits for you
page-review-empty-returned = Nothing is returned
page-review-empty-approved = Nothing is approved yet
page-review-empty-text = Visits appear here as they arrive, also those made offline.
page-review-choose = Choose a visit
page-review-choose-text = Use the list, or the keys J and K.
page-review-changed = Changed after approval
page-review-checked-in = Arrived
page-review-checked-out = Left
page-review-submitted = Submitted
page-review-lasted = Lasted
page-review-planned = Planned for
page-review-unplanned = Not planned
page-review-actual = Made on
page-review-pin-customer = Customer
page-review-pin-fix = Check-in
page-review-no-place = Neither the customer nor the check-in has a place on the map.
page-review-said = The last answer:
page-review-only-look = You may read this visit; another manager answers it.
page-review-comment = Comment
page-review-comment-hint = Required for a return: say what to fix.
page-review-comment-missing = Write what is to be fixed, then return it.
page-review-approve = Approve
page-review-return = Return
page-review-answered = Answered; the rep sees it after the next sync
page-review-keys = Keys: J and K move, A approves, R returns.

## Sync

page-sync-title = Sync
page-sync-state-signed-out = Nobody is signed in
page-sync-state-syncing = Syncing
page-sync-state-synced = Everything is on the server
page-sync-state-offline = No connection to the server; keep working
page-sync-state-sign-in-needed = Sign in again to go on sending; nothing is lost
page-sync-state-update-needed = This version of the app is too old: what is on it is sent, and nothing new comes. Update the app; nothing is lost
page-sync-state-attention = Something needs your attention
page-sync-now = Sync now
page-sync-receiving =
    { $count ->
        [one] { $count } record received so far.
       *[other] { $count } records received so far.
    }
page-sync-pending =
    { $count ->
        [0] Nothing waits to be sent.
        [one] One item waits to be sent.
       *[other] { $count } items wait to be sent.
    }
page-sync-refused =
    { $count ->
        [one] One item was refused.
       *[other] { $count } items were refused.
    }
page-sync-offline-since = Offline since { $when }.
page-sync-synced-at = Last full sync { $when }.
page-sync-next-try = Next try at { $when }.
page-sync-conflicts =
    { $count ->
        [one] One record with two values
       *[other] { $count } records with two values
    }
page-sync-queue = Waiting to be sent
page-sync-empty = Nothing to send
page-sync-empty-text = What you do without a network is listed here until it has been sent.
page-sync-item =
    { $changes ->
        [one] One change
       *[other] { $changes } changes
    } · { $size } · { $ago }
page-sync-attempts =
    { $count ->
        [one] tried once
       *[other] tried { $count } times
    }
page-sync-retry = Try again
page-sync-refused-title = Refused by the server
page-sync-refused-text = This work was taken out of its record. It is kept here: read it, try again once the reason is gone, or discard it.
page-sync-put-away = Discard
page-sync-put-away-title = Discard this for good?
page-sync-put-away-text = It will be on no device any more.
page-sync-rescue = Unsent work as a file
page-sync-rescue-text = If this device or its storage is at risk, keep the file safe. Import it on another device where the same person is signed in.
page-sync-export = Export unsent work
page-sync-import = Import a file
page-sync-imported-damaged =
    { $damaged ->
        [one] One part of the file is damaged and could not be read; the rest was imported. Keep the file.
       *[other] { $damaged } parts of the file are damaged and could not be read; the rest was imported. Keep the file.
    }
page-sync-imported-in-part =
    { $left ->
        [one] One change belongs to a record that has not reached this device yet. Sync, then import the file again.
       *[other] { $left } changes belong to records that have not reached this device yet. Sync, then import the file again.
    }
page-sync-imported =
    { $count ->
        [0] Everything in the file is here already
        [one] One change imported
       *[other] { $count } changes imported
    }
page-sync-storage = Storage
page-sync-storage-kept = The data on this device is kept until you remove it.
page-sync-storage-at-risk = The browser may throw this data away when space runs short. Sync often, or let it keep the data.
page-sync-storage-unknown = This platform does not say whether it keeps the data. Sync often.
page-sync-storage-used = { $used } used of { $quota }.
page-sync-storage-keep = Let the browser keep the data

## Conflicts

page-conflicts-title = Conflicts
page-conflicts-text = Two people changed the same field at the same time. Choose the value that is right; you can take the choice back.
page-conflicts-none = No conflicts
page-conflicts-none-text = When two people change the same field offline, both values appear here.
page-conflicts-open = Open
page-conflicts-choose = Use this value
page-conflicts-current = Current value
page-conflicts-chosen = Value chosen

## Settings

page-settings-title = Settings
page-settings-look = Appearance
page-settings-language = Language
page-settings-language-ar = العربية
page-settings-language-en = English
page-settings-theme = Theme
page-settings-theme-system = As on the device
page-settings-theme-light = Light
page-settings-theme-dark = Dark
page-settings-digits = Digits
page-settings-digits-latn = 123 (Latin)
page-settings-digits-arab = ١٢٣ (Arabic-Indic)
page-settings-calendar = Calendar
page-settings-calendar-gregory = Gregorian
page-settings-calendar-islamic-umalqura = Hijri (Umm al-Qura)
page-settings-gpx = Simulated position
page-settings-gpx-text = Replays a recorded track instead of the real position, for trials and training. Everything made with it is marked.
page-settings-gpx-choose = Choose a GPX file
page-settings-gpx-clear = Use the real position
page-settings-gpx-read =
    { $count ->
        [one] Track with one point chosen
       *[other] Track with { $count } points chosen
    }
page-settings-gpx-speed = Speed
page-settings-gpx-times = { $times } × real time
page-settings-upkeep = Maintenance
page-settings-rebuild = Rebuild lists and search
page-settings-rebuild-text = When a list looks wrong: builds lists and search again from the records. Nothing is lost.
page-settings-rebuilt = Lists and search are rebuilt
page-settings-account = Account
page-settings-signed-in = Signed in as { $name }.
page-settings-sign-out = Sign out
page-settings-sign-out-pending = Some work is not sent yet
page-settings-sign-out-text =
    { $count ->
        [one] One item has not been sent. It stays on this device and goes out when you sign in here again.
       *[other] { $count } items have not been sent. They stay on this device and go out when you sign in here again.
    }
page-settings-sign-out-queue = See what waits
page-settings-sign-out-anyway = Sign out anyway
page-settings-about = About
page-settings-version = Version
page-settings-server = Server
page-settings-device = Device
page-settings-lacks = What this device can’t do:
page-settings-lacks-background-location = Record positions while Maydan is in the background.
page-settings-lacks-location = Find its position. A saved track can be replayed instead, and is recorded as simulated.
page-settings-install = Installing
page-settings-install-by-hand = Open the browser’s menu or its share button and choose “Add to Home Screen”.
page-settings-lacks-keyring = Keep the session in the system’s key store.

## Import

page-import-title = Import customers
page-import-text = Choose a CSV file. Nothing is written before you have seen how it was read.
page-import-choose = Choose a file
page-import-reading = Reading the file…
page-import-working = Bringing the customers in…
page-import-encoding = Encoding
page-import-encoding-utf-8 = UTF-8
page-import-encoding-windows-1256 = Windows-1256 (old Arabic)
page-import-encoding-utf-16-le = UTF-16
page-import-encoding-utf-16-be = UTF-16 (big-endian)
page-import-delimiter = Column separator
page-import-delimiter-comma = Comma ,
page-import-delimiter-semicolon = Semicolon ;
page-import-delimiter-tab = Tab
page-import-delimiter-bar = Bar |
page-import-decimal = Decimal mark
page-import-decimal-point = Point: 32.88
page-import-decimal-comma = Comma: 32,88
page-import-decimal-hint = How latitude and longitude are written.
page-import-columns = Columns
page-import-ignore = Leave out
page-import-nameless = Say which column holds the customers’ names.
page-import-rows =
    { $count ->
        [one] One row in the file.
       *[other] { $count } rows in the file.
    }
page-import-territory = Territory
page-import-territory-choose = Choose a territory…
page-import-go =
    { $count ->
        [one] Import one customer
       *[other] Import { $count } customers
    }
page-import-done =
    { $count ->
        [one] One row read
       *[other] { $count } rows read
    }
page-import-created = New
page-import-updated = Updated
page-import-unchanged = Unchanged
page-import-bad = Left out
page-import-bad-count =
    { $count ->
        [one] One row can’t be brought in
       *[other] { $count } rows can’t be brought in
    }
page-import-bad-rows = Download the bad rows
page-import-at-line = Line { $line }
page-import-line = Line
page-import-problem = Problem
page-import-customers = Show the customers
