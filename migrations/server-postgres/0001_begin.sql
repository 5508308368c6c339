-- The server's tables in PostgreSQL. The key lives outside the database, so that a backup does not brings it back.
-- The same tables as in SQLite, under the same names: statements are written once for both.

-- `epoch`: which life of the data this is. `floor`: what the feeds hold from; older cursors begin again. `actor`: the server's own.
CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

-- Where the log stood after each write and when: the newest number given, and a digest of everything up to there.
CREATE TABLE log (
    seq BIGINT PRIMARY KEY,
    digest BYTEA NOT NULL,
    at BIGINT NOT NULL
);

CREATE TABLE person (
    id BYTEA PRIMARY KEY,
    login TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    disabled BIGINT NOT NULL DEFAULT 0
);

-- Who may see and do what in which scope. Levels: 1 read, 2 write, 3 manage.
CREATE TABLE access (
    person BYTEA NOT NULL,
    scope BYTEA NOT NULL,
    level BIGINT NOT NULL CHECK (level BETWEEN 1 AND 3),
    PRIMARY KEY (person, scope)
);

-- Every grant that was ever made or taken away (level 0), by its place among all that happened.
CREATE TABLE grant_log (
    seq BIGINT PRIMARY KEY,
    person BYTEA NOT NULL,
    scope BYTEA NOT NULL,
    level BIGINT NOT NULL CHECK (level BETWEEN 0 AND 3),
    granted_at BIGINT NOT NULL
);

CREATE INDEX grant_log_person ON grant_log (person, seq);

CREATE TABLE device (
    id BYTEA NOT NULL,
    person BYTEA NOT NULL,
    revoked BIGINT NOT NULL DEFAULT 0,
    refresh_hash BYTEA,
    -- The token before the present one stays good until the present one is used: an answer may get lost on the way.
    previous_hash BYTEA,
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (id, person)
);

CREATE TABLE actor (
    n BIGINT PRIMARY KEY,
    actor BYTEA NOT NULL UNIQUE,
    device BYTEA NOT NULL,
    person BYTEA NOT NULL
);

CREATE TABLE doc (
    -- The number under which it was opened.
    n BIGINT PRIMARY KEY,
    id BYTEA NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    scope BYTEA NOT NULL,
    parent BYTEA,
    generation BIGINT NOT NULL DEFAULT 0,
    -- Where in its scope's feed it entered.
    entered_seq BIGINT NOT NULL,
    -- The newest that happened to it: its opening or a change.
    last_seq BIGINT NOT NULL,
    -- The day that it is for, as a number: the work of these days comes first to a new device.
    day BIGINT,
    -- The changes on which no other was made, 32 bytes each; the genesis does not count.
    heads BYTEA NOT NULL
);
CREATE INDEX doc_parent ON doc (parent);
CREATE INDEX doc_kind ON doc (scope, kind, n);
CREATE INDEX doc_scope ON doc (scope, id);
CREATE INDEX doc_day ON doc (scope, day) WHERE day IS NOT NULL;

CREATE TABLE change (
    seq BIGINT PRIMARY KEY,
    doc BIGINT NOT NULL REFERENCES doc (n),
    hash BYTEA NOT NULL,
    -- As Automerge names it: branches of an actor count for themselves.
    actor BYTEA NOT NULL,
    actor_seq BIGINT NOT NULL,
    bytes BYTEA NOT NULL,
    person BYTEA NOT NULL,
    device BYTEA NOT NULL,
    received_at BIGINT NOT NULL,
    UNIQUE (doc, hash),
    UNIQUE (doc, actor, actor_seq)
);

-- Of records whose histories were shortened: for each branch of an actor, up to which of its changes they are in what stands there.
CREATE TABLE covered (
    doc BIGINT NOT NULL REFERENCES doc (n),
    actor BYTEA NOT NULL,
    actor_seq BIGINT NOT NULL,
    PRIMARY KEY (doc, actor)
);

-- A document up to some change, with its heads and its row ready for lists.
CREATE TABLE snapshot (
    doc BIGINT PRIMARY KEY REFERENCES doc (n),
    upto_seq BIGINT NOT NULL,
    bytes BYTEA NOT NULL,
    heads BYTEA NOT NULL,
    -- As MessagePack, as it is sent.
    row BYTEA NOT NULL,
    -- Some field holds several values.
    conflicted BIGINT NOT NULL,
    fingerprint BIGINT NOT NULL
);

-- What a scope's readers see, in order. Sorts: 0 change, 1 enter, 2 leave.
CREATE TABLE feed (
    scope BYTEA NOT NULL,
    seq BIGINT NOT NULL,
    doc BIGINT NOT NULL REFERENCES doc (n),
    sort BIGINT NOT NULL,
    PRIMARY KEY (scope, seq)
);

-- How many documents a scope has, and the sum of their marks: two who read it compare theirs.
CREATE TABLE tally (
    scope BYTEA PRIMARY KEY,
    docs BIGINT NOT NULL,
    sum BIGINT NOT NULL
);

-- Every move of a document from one scope to another: its number when it entered there. `command`: what was asked for, so that
-- it is done once; what followed the document has none.
CREATE TABLE moved (
    seq BIGINT PRIMARY KEY,
    doc BIGINT NOT NULL REFERENCES doc (n),
    source BYTEA NOT NULL,
    target BYTEA NOT NULL,
    command BYTEA UNIQUE,
    person BYTEA NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX moved_doc ON moved (doc, seq);

-- What devices that were cut off had not sent, as it came: for an administrator to read, and to take in or throw away. `hash`:
-- SHA-256 of the item. `refused`: why it could not be taken in (JSON).
CREATE TABLE handed_over (
    n BIGINT PRIMARY KEY,
    device BYTEA NOT NULL,
    person BYTEA NOT NULL,
    hash BYTEA NOT NULL,
    item BYTEA NOT NULL,
    at BIGINT NOT NULL,
    refused TEXT,
    UNIQUE (device, person, hash)
);

-- Which records name which contents, and who said so: nobody, where a colleague's device brought it back; its actor tells then.
-- `proven`: whoever may read the record may read the content, because whoever
-- named it there has had its bytes.
CREATE TABLE blob_ref (
    hash BYTEA NOT NULL,
    doc BIGINT NOT NULL REFERENCES doc (n),
    person BYTEA NOT NULL,
    actor BYTEA NOT NULL,
    proven BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (hash, doc, person, actor)
);
CREATE INDEX blob_ref_doc ON blob_ref (doc);

-- Contents that are whole, by SHA-256. `place`: where they lie. `epoch`: in which life of the data they were found to be whole last.
CREATE TABLE blob (
    hash BYTEA PRIMARY KEY,
    place BYTEA NOT NULL,
    size BIGINT NOT NULL,
    kept_at BIGINT NOT NULL,
    epoch BYTEA NOT NULL
);
-- Who has had all bytes of a content.
CREATE TABLE blob_bringer (
    hash BYTEA NOT NULL,
    person BYTEA NOT NULL,
    PRIMARY KEY (hash, person)
);
-- Contents on their way, each person's in a place of its own, and the parts that have come.
CREATE TABLE upload (
    hash BYTEA NOT NULL,
    person BYTEA NOT NULL,
    place BYTEA NOT NULL UNIQUE,
    size BIGINT NOT NULL,
    began_at BIGINT NOT NULL,
    PRIMARY KEY (hash, person)
);
CREATE TABLE upload_part (
    place BYTEA NOT NULL,
    n BIGINT NOT NULL,
    PRIMARY KEY (place, n)
);

-- Contents that are named by what was handed over.
CREATE TABLE handed_blob (
    hash BYTEA NOT NULL,
    device BYTEA NOT NULL,
    person BYTEA NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (hash, device, person)
);

-- Records that were erased for good, numbered from 1 without gaps: devices are told those that they have not heard of. The same
-- list lies outside the database, and counts after a restore too.
CREATE TABLE erased (
    n BIGINT PRIMARY KEY,
    id BYTEA NOT NULL UNIQUE,
    at BIGINT NOT NULL
);
