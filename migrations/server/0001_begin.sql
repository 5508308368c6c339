-- The server's tables in SQLite. Epoch and key live outside the database, so that a backup does not bring them back.
-- The same tables as in PostgreSQL, under the same names: statements are written once for both.

-- `floor`: what the feeds hold from; older cursors begin again. `actor`: the server's own.
CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

-- Where the log stood after each write and when: the newest number given, and a digest of everything up to there.
CREATE TABLE log (
    seq INTEGER PRIMARY KEY,
    digest BLOB NOT NULL,
    at INTEGER NOT NULL
);

CREATE TABLE person (
    id BLOB PRIMARY KEY,
    login TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    disabled INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;

-- Who may see and do what in which scope. Levels: 1 read, 2 write, 3 manage.
CREATE TABLE access (
    person BLOB NOT NULL,
    scope BLOB NOT NULL,
    level INTEGER NOT NULL CHECK (level BETWEEN 1 AND 3),
    PRIMARY KEY (person, scope)
) WITHOUT ROWID;

-- Every grant that was ever made or taken away (level 0), by its place among all that happened.
CREATE TABLE grant_log (
    seq INTEGER PRIMARY KEY,
    person BLOB NOT NULL,
    scope BLOB NOT NULL,
    level INTEGER NOT NULL CHECK (level BETWEEN 0 AND 3),
    granted_at INTEGER NOT NULL
);

CREATE INDEX grant_log_person ON grant_log (person, seq);

CREATE TABLE device (
    id BLOB NOT NULL,
    person BLOB NOT NULL,
    revoked INTEGER NOT NULL DEFAULT 0,
    refresh_hash BLOB,
    -- The token before the present one stays good until the present one is used: an answer may get lost on the way.
    previous_hash BLOB,
    seen_at INTEGER NOT NULL,
    PRIMARY KEY (id, person)
) WITHOUT ROWID;

CREATE TABLE actor (
    n INTEGER PRIMARY KEY,
    actor BLOB NOT NULL UNIQUE,
    device BLOB NOT NULL,
    person BLOB NOT NULL
);

CREATE TABLE doc (
    -- The number under which it was opened.
    n INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    scope BLOB NOT NULL,
    parent BLOB,
    generation INTEGER NOT NULL DEFAULT 0,
    -- Where in its scope's feed it entered.
    entered_seq INTEGER NOT NULL,
    -- The newest that happened to it: its opening or a change.
    last_seq INTEGER NOT NULL,
    -- The day that it is for, as a number: the work of these days comes first to a new device.
    day INTEGER,
    -- The changes on which no other was made, 32 bytes each; the genesis does not count.
    heads BLOB NOT NULL
);
CREATE INDEX doc_parent ON doc (parent);
CREATE INDEX doc_kind ON doc (scope, kind, n);
CREATE INDEX doc_scope ON doc (scope, id);
CREATE INDEX doc_day ON doc (scope, day) WHERE day IS NOT NULL;

CREATE TABLE change (
    seq INTEGER PRIMARY KEY,
    doc INTEGER NOT NULL REFERENCES doc (n),
    hash BLOB NOT NULL,
    -- As Automerge names it: branches of an actor count for themselves.
    actor BLOB NOT NULL,
    actor_seq INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    person BLOB NOT NULL,
    device BLOB NOT NULL,
    received_at INTEGER NOT NULL,
    UNIQUE (doc, hash),
    UNIQUE (doc, actor, actor_seq)
);

-- Of records whose histories were shortened: for each branch of an actor, up to which of its changes they are in what stands there.
CREATE TABLE covered (
    doc INTEGER NOT NULL REFERENCES doc (n),
    actor BLOB NOT NULL,
    actor_seq INTEGER NOT NULL,
    PRIMARY KEY (doc, actor)
) WITHOUT ROWID;

-- A document up to some change, with its heads and its row ready for lists.
CREATE TABLE snapshot (
    doc INTEGER PRIMARY KEY REFERENCES doc (n),
    upto_seq INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    heads BLOB NOT NULL,
    -- As MessagePack, as it is sent.
    row BLOB NOT NULL,
    -- Some field holds several values.
    conflicted INTEGER NOT NULL,
    fingerprint INTEGER NOT NULL
);

-- What a scope's readers see, in order. Sorts: 0 change, 1 enter, 2 leave.
CREATE TABLE feed (
    scope BLOB NOT NULL,
    seq INTEGER NOT NULL,
    doc INTEGER NOT NULL REFERENCES doc (n),
    sort INTEGER NOT NULL,
    PRIMARY KEY (scope, seq)
) WITHOUT ROWID;

-- How many documents a scope has, and the sum of their marks: two who read it compare theirs.
CREATE TABLE tally (
    scope BLOB PRIMARY KEY NOT NULL,
    docs INTEGER NOT NULL,
    sum INTEGER NOT NULL
) WITHOUT ROWID;

-- Every move of a document from one scope to another: its number when it entered there. `command`: what was asked for, so that
-- it is done once; what followed the document has none.
CREATE TABLE moved (
    seq INTEGER PRIMARY KEY,
    doc INTEGER NOT NULL REFERENCES doc (n),
    source BLOB NOT NULL,
    target BLOB NOT NULL,
    command BLOB UNIQUE,
    person BLOB NOT NULL,
    at INTEGER NOT NULL
);
CREATE INDEX moved_doc ON moved (doc, seq);

-- What devices that were cut off had not sent, as it came: for an administrator to read, and to take in or throw away. `hash`:
-- SHA-256 of the item. `refused`: why it could not be taken in (JSON).
CREATE TABLE handed_over (
    n INTEGER PRIMARY KEY,
    device BLOB NOT NULL,
    person BLOB NOT NULL,
    hash BLOB NOT NULL,
    item BLOB NOT NULL,
    at INTEGER NOT NULL,
    refused TEXT,
    UNIQUE (device, person, hash)
);

-- Which records name which contents, and who said so: nobody, where a colleague's device brought it back; its actor tells then.
-- `proven`: whoever may read the record may read the content, because whoever
-- named it there has had its bytes.
CREATE TABLE blob_ref (
    hash BLOB NOT NULL,
    doc INTEGER NOT NULL REFERENCES doc (n),
    person BLOB NOT NULL,
    actor BLOB NOT NULL,
    proven INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (hash, doc, person, actor)
);
CREATE INDEX blob_ref_doc ON blob_ref (doc);

-- Contents that are whole, by SHA-256. `place`: where they lie. `epoch`: in which life of the data they were found to be whole last.
CREATE TABLE blob (
    hash BLOB PRIMARY KEY,
    place BLOB NOT NULL,
    size INTEGER NOT NULL,
    kept_at INTEGER NOT NULL,
    epoch BLOB NOT NULL
);
-- Who has had all bytes of a content.
CREATE TABLE blob_bringer (
    hash BLOB NOT NULL,
    person BLOB NOT NULL,
    PRIMARY KEY (hash, person)
);
-- Contents on their way, each person's in a place of its own, and the parts that have come.
CREATE TABLE upload (
    hash BLOB NOT NULL,
    person BLOB NOT NULL,
    place BLOB NOT NULL UNIQUE,
    size INTEGER NOT NULL,
    began_at INTEGER NOT NULL,
    PRIMARY KEY (hash, person)
);
CREATE TABLE upload_part (
    place BLOB NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (place, n)
);

-- Contents that are named by what was handed over.
CREATE TABLE handed_blob (
    hash BLOB NOT NULL,
    device BLOB NOT NULL,
    person BLOB NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (hash, device, person)
);

-- Records that were erased for good, numbered from 1 without gaps: devices are told those that they have not heard of. The same
-- list lies outside the database, and counts after a restore too.
CREATE TABLE erased (
    n INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    at INTEGER NOT NULL
);
