# Names of records, fields and choices: kind, kind-field, kind-field-value.

## User

user = User
user-name = Name
user-phone = Phone
user-email = Email
user-role = Role
user-role-admin = Administrator
user-role-manager = Manager
user-role-back-office = Back office
user-role-rep = Rep
user-role-auditor = Auditor

## Territory

territory = Territory
territory-name = Name of the territory
territory-city = City

## Customer

customer = Customer
customer-name = Name
customer-territory = { territory }
customer-other-name = Other name
customer-phone = Phone
customer-other-phone = Other phone
customer-email = Email
customer-city = City
customer-address = Address
customer-activity = Line of business
customer-latitude = Latitude
customer-longitude = Longitude
customer-tags = Tags
customer-language = Language
customer-language-ar = Arabic
customer-language-en = English
customer-status = Status
customer-status-active = Active
customer-status-archived = Archived
customer-owner = Responsible rep
customer-reference = Reference
customer-remarks = Remarks

## Note

note = Note
note-customer = Customer
note-body = Text
note-author = Author
note-written-at = Written

## Visit

visit = Visit
visit-customer = Customer
visit-rep = Rep
visit-reason = Reason
visit-report = Report
visit-events = Steps
visit-status = Status
visit-status-planned = Planned
visit-status-checked-in = In progress
visit-status-checked-out = To submit
visit-status-submitted = Awaiting review
visit-status-approved = Approved
visit-status-returned = Returned
visit-day = Day
visit-position = Order
visit-checked-in-at = Arrived
visit-checked-out-at = Left
visit-submitted-at = Submitted
visit-grade = Proof of presence
visit-grade-verified = Verified
visit-grade-doubtful = Doubtful
visit-grade-out-of-radius = Out of radius
visit-distance = Distance from the customer
visit-comment = Manager's comment
visit-changed-after-approval = Changed after approval

## Trip

trip = Trip
trip-rep = Rep
trip-day = Day
trip-zone = Time zone
trip-started-at = Started
trip-ended-at = Ended
trip-track = Track
trip-pings = GPS points
trip-metres = Distance
trip-gaps = Gaps
trip-simulated = Simulated

## Task

task = Task
task-title = Task
task-customer = Customer
task-body = Details
task-assignee = Assigned to
task-due = Due
task-priority = Priority
task-priority-low = Low
task-priority-normal = Normal
task-priority-high = High
task-done-at = Done

## Attachment

attachment = Attachment
attachment-name = Name
attachment-customer = Customer
attachment-about = Belongs to
attachment-media = Sort of file
attachment-size = Size
attachment-content = Content
attachment-thumbnail = Small picture
attachment-author = Added by
attachment-taken-at = Taken

## Kinds as mixed lists name them

kind-attachment = { attachment }
kind-user = { user }
kind-territory = { territory }
kind-customer = { customer }
kind-note = { note }
kind-visit = { visit }
kind-trip = { trip }
kind-task = { task }
