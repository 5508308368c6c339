# Words of the frame around all screens.

app-name = Maydan
duration-both = { $hours } { $minutes }
duration-moment = under a minute

## Navigation

nav-main = Main navigation
nav-today = Today
nav-customers = Customers
nav-trip = Trip
nav-review = Review
nav-sync = Sync
nav-import = Import
nav-settings = Settings
nav-more = More

not-found-title = There is no page here
not-found-text = The link may have moved or been cut short. Go back to Today, or search for what you need.
not-found-action = Go to Today

## The header

palette-open = Search and commands

## The plus button

add-button = New
add-title = What would you like to add?
add-customer = New customer
add-visit = New visit: choose a customer
add-import = Import customers from a file

## Keyboard shortcuts

shortcuts-title = Keyboard shortcuts
shortcut-palette = Go or search from anywhere
shortcut-search = Search the list
shortcut-add = Add something new
shortcut-move = Move between lines
shortcut-open = Open the selected line
shortcut-edit = Edit
shortcut-close = Close the top layer or cancel an edit
shortcut-undo = Undo the last action
shortcut-help = Show this list

## What the browser offers

offer-update = A new version of Maydan is ready. Finish what you are writing, then update.
offer-update-take = Update now
offer-install = Install Maydan to use it offline too.
offer-install-take = Install
offer-install-decline = Not now

## Short messages

toast-undo = Undo
toast-close = Hide message
