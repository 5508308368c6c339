# Sign-in, the day, customers, one customer, a new one.

page-show-more = Show more
page-someone = Somebody
page-the-server = Imported on the server
page-value-empty = empty
page-value-unknown = unknown
page-value-yes = Yes
page-value-no = No

page-contact-call = Call
page-contact-whatsapp = Message on WhatsApp
page-contact-navigate = Navigate there

page-sign-in-title = Sign in to Maydan
page-sign-in-text = Signing in needs the network once. Afterwards everything works without it.
page-sign-in-offline = There is no network now. Connect to Wi-Fi or mobile data, then sign in.
page-sign-in-cut-off = An administrator cut this device off
page-sign-in-cut-off-text = Your data was removed from it on { $when }.
page-sign-in-cut-off-handed =
    { FORM($count) ->
        [zero] Nothing unsent was left on it.
        [one] One edit that had not been sent is with the administrator now. It appears in your records once it is taken in: ask before entering it again.
       *[other] { $count } edits that had not been sent are with the administrator now. They appear in your records once they are taken in: ask before entering them again.
    }
page-sign-in-cut-off-next = Ask the administrator to let this device in again, then sign in here. Or sign in on another device.
page-sign-in-server = Server
page-sign-in-server-hint = The address that your company gave you.
page-sign-in-login = User name
page-sign-in-password = Password
page-sign-in-submit = Sign in
page-sign-in-trying = Signing in…
page-sign-in-other-language = العربية

page-today-title = Today
page-today-stops = Visits
page-today-progress = { $done } of { $total } done
page-today-locate = Show distances from where I am
page-today-add-stop = Add a stop
page-today-stop-added = { $name } is on today’s list
page-today-empty = No visits planned today
page-today-empty-text = Add the customers you want to visit; the order is yours.
page-today-check-in = Check in
page-today-continue = Continue
page-today-open = Open
page-today-returned =
    { $count ->
        [one] A visit was returned to you
       *[other] { $count } visits were returned to you
    }
page-today-pick-customer = Customer
page-today-pick-none = No customer matches. Try part of the name or of the phone number.
page-today-tasks = Tasks
page-today-tasks-empty = Nothing due
page-today-tasks-empty-text = Tasks appear here on their day. Add one so that nothing is forgotten.
page-today-tasks-later =
    { $count ->
        [one] One later task
       *[other] { $count } later tasks
    }
page-today-task-finish = Mark as done
page-today-task-done = Task done
page-today-task-is-done = Done
page-today-add-task = Add a task
page-today-task-save = Save the task
page-today-other-customer = Choose another customer
page-today-due-today = Today

page-customers-title = Customers
page-customers-search = Search by name, phone, city…
page-customers-filters = Filters
page-customers-any-status = Any status
page-customers-any-city = All cities
page-customers-any-activity = All activities
page-customers-total =
    { $count ->
        [one] One customer
       *[other] { $count } customers
    }
page-customers-total-floor = More than { $count } customers
page-customers-new = New customer
page-customers-import = Import
page-customers-clear = Clear search and filters
page-customers-none = No customers yet
page-customers-none-text = Import your list from a CSV file, or enter the first customer.
page-customers-none-found = No customer matches
page-customers-none-found-text = Try fewer letters, part of the phone number, or clear the filters.
page-customers-pending = Not sent yet
page-customers-conflicted = Somebody must choose between values

page-customer-title = Customer
page-customer-tab-overview = Profile
page-customer-tab-timeline = Timeline
page-customer-tab-notes = Notes
page-customer-tab-visits = Visits
page-customer-tab-history = Changes
page-customer-pending = Not sent yet
page-customer-unsaved = Not saved yet
page-customer-delete = Delete the customer
page-customer-deleted = Customer deleted
page-customer-territory = Territory
page-customer-move = Move…
page-customer-move-title = Move to another territory
page-customer-move-text = The customer leaves { $territory } with all notes, visits and tasks. Whoever works only in { $territory } sees none of it any more.
page-customer-move-to = New territory
page-customer-move-now = Move
page-customer-moved = Moved to { $territory }
page-customer-missing = This customer is not here
page-customer-missing-text = It was deleted, or belongs to a territory that is not yours.
page-customer-missing-back = All customers

page-customer-conflicts = Conflicts
page-customer-conflicts-hint = Two people changed the same field at the same time. Both values are kept until you choose one.
page-customer-written-by = { $who }, { $when }

page-customer-timeline-empty = Nothing has happened yet
page-customer-timeline-empty-text = Notes, visits and tasks of this customer appear here.
page-customer-visit = Visit

page-customer-note = Note
page-customer-note-new = New note
page-customer-note-placeholder = What was said, what was agreed…
page-customer-note-save = Save the note
page-customer-note-delete = Delete the note
page-customer-note-deleted = Note deleted
page-customer-notes-empty = No notes yet
page-customer-notes-empty-text = Write the first one above. Colleagues can add to it, also while offline.

page-customer-plan = Plan a visit
page-customer-plan-day = Day of the visit
page-customer-visit-planned = Visit planned for { $day }
page-customer-visits-empty = No visits yet
page-customer-visits-empty-text = Plan one for a day, or check in when you are there.
page-customer-check-in = Check in now
page-customer-pin-here = Pin this place
page-customer-continue = Continue visit
page-customer-locating = Finding your position…
page-customer-check-in-no-position = Your position was not found. The check-in is recorded without it.
page-customer-elsewhere = You are not at the customer’s place
page-customer-elsewhere-text = You are { $distance } away from the customer’s pin. Say why; the visit is marked accordingly.
page-customer-elsewhere-reason = Reason
page-customer-check-in-anyway = Check in anyway

page-customer-history-empty = No changes yet
page-customer-history-empty-text = Every change appears here with who made it and when.
page-customer-history-restore = Restore the earlier value
page-customer-history-deleted = Deleted
page-customer-history-restored = Restored
page-customer-history-shortened = What stood there when the earlier history was put away

page-new-customer-title = New customer
page-new-customer-name-missing = Enter the customer’s name.
page-new-customer-territory = Territory
page-new-customer-here = I am at the customer’s place
page-new-customer-pinned = Position recorded
page-new-customer-save = Save the customer
page-new-customer-similar = Similar customers are here already:
