# What happened and what to do. The key is the error code, with dashes.

error-bad-request = The request was not understood. Update the app, then try again.
error-invalid-value = This value does not fit the field. Check what you typed, then save again.
error-required = This field is required. Fill it in, then save.
error-not-found = The record is not here, or not among those you may see. Go back to the list; it may appear after a sync.
error-unknown-kind = This version does not know that kind of record. Update the app.
error-unknown-field = This field can't be edited from here. Update the app if you need it.
error-forbidden = Your role does not allow this. Ask your manager for permission.
error-sign-in-needed = Your session with the server has ended. Your work is safe on this device; sign in to send it.
error-wrong-credentials = Wrong user name or password. Check the keyboard language, then try again.
error-too-many-attempts = Too many attempts in a row. Wait a few minutes, then try again.
error-wrong-state = This step is not possible yet. Complete the step before it first.
error-corrupt = The file or the received data is damaged. Try another copy; if it happens again, tell your administrator.
error-too-large = This is larger than allowed. Shorten the text or choose a smaller file.
error-missing-dependency = The server lacks an earlier change from this device. Try again; if that does not help, export the unsent work and tell your administrator.
error-duplicate-sequence = The data of this device seems to have been copied or restored. Export the unsent work, then tell your administrator.
error-foreign-actor = This change belongs to another device. Export the unsent work, then tell your administrator.
error-epoch-changed = The server was restored from a backup. Sync starts over by itself; your work is safe here.
error-offline = The server can't be reached. Keep working; everything is saved here and goes out when the network is back.
error-not-a-maydan-server = What answered at this address is not a Maydan server. Check the address; on a public Wi-Fi, sign in to the Wi-Fi first.
error-server-failed = The server could not do this now. It is tried again by itself; you can keep working.
error-disk-full = There is no room left on this device, and the last change was not saved. Delete files you don't need, then save again.
error-not-a-database = The data file on this device is not a Maydan file. Do not delete it; tell your administrator.
error-in-use = Maydan is open in another window. Close it there, then try again here.
error-unsupported = This device or browser can't do that. Use the Maydan app or a newer browser.
error-no-location = Your position could not be found. Turn location on, allow Maydan to use it, and try under the open sky. You can go on without it.
error-internal = Something unexpected happened. Try again; if it happens again, reopen the app. What was saved is not lost.
