-- The tables of a replica that hold what can't be made again. Projections (r_*, f_*, p_*) are derived from the record
-- declarations and built by the replica itself.

CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE setting (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

-- A document: its snapshot and what lists need to know of it without loading it. The changes since are in `change`.
CREATE TABLE document (
    n INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    -- Where the server has it; and where it shall be, as long as the server has not brought it there.
    scope BLOB NOT NULL,
    target BLOB,
    parent BLOB,
    -- What stands for it in the tally of its scope. Before the snapshot, which sums need not read.
    mark INTEGER NOT NULL DEFAULT 0,
    -- Above 0 once its history was shortened.
    generation INTEGER NOT NULL DEFAULT 0,
    snapshot BLOB,
    heads BLOB NOT NULL,
    tail INTEGER NOT NULL DEFAULT 0,
    tail_bytes INTEGER NOT NULL DEFAULT 0,
    pending INTEGER NOT NULL DEFAULT 0,
    conflicted INTEGER NOT NULL DEFAULT 0,
    -- 1: goes once nothing of it is unsent. 2: goes unless the feed, which is read from its beginning, still brings it. 3: of a
    -- server that was put back, which has not answered for it yet.
    leaving INTEGER NOT NULL DEFAULT 0,
    -- Its row came ready from the server: it is compared with what the document says when that is loaded first.
    lent INTEGER NOT NULL DEFAULT 0,
    -- Its bytes can't be read any more: 1 to be asked for again, 2 asked for.
    damaged INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX document_conflicted ON document (n) WHERE conflicted > 0;
CREATE INDEX document_damaged ON document (scope) WHERE damaged = 1;
CREATE INDEX document_scope ON document (scope);
CREATE INDEX document_target ON document (n) WHERE target IS NOT NULL;
-- Queries say `leaving > 0` in these words, or this index is not used.
CREATE INDEX document_leaving ON document (leaving) WHERE leaving > 0;

-- One change per row: each is decoded by itself, so that a damaged one harms no other.
CREATE TABLE change (
    n INTEGER PRIMARY KEY,
    document INTEGER NOT NULL REFERENCES document (n) ON DELETE CASCADE,
    hash BLOB NOT NULL,
    bytes BLOB NOT NULL,
    UNIQUE (document, hash)
);

-- What the server has not acknowledged yet. An item leaves only when the server has said that it has it, or
-- refused it: then it is in `quarantine`.
CREATE TABLE outbox (
    -- Never given twice: an answer that comes late must not acknowledge a younger item.
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    document INTEGER NOT NULL REFERENCES document (n) ON DELETE RESTRICT,
    -- Of the change that it carries; of a command, what names it; none of what opens the document.
    hash BLOB,
    item BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    -- Up to where in the server's log its writer knew what she may do and what lies where.
    seen INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0,
    -- 1: the server lacks what this was made on: it is tried again in the next round, or when something new has come. 2: the
    -- record is asked for whole, to be done again on that.
    waiting INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX outbox_document ON outbox (document);
CREATE INDEX outbox_waiting ON outbox (document) WHERE waiting > 0;

-- Commands that the server has done, the newest of them: one that is put back to an earlier state is given them again.
CREATE TABLE given (
    n INTEGER PRIMARY KEY,
    item BLOB NOT NULL UNIQUE
);

-- Work that the server refused: what it was, in words (fields: JSON) and as it was queued (items: MessagePack).
CREATE TABLE quarantine (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    record BLOB NOT NULL,
    kind TEXT NOT NULL,
    scope BLOB NOT NULL,
    title TEXT NOT NULL,
    code TEXT NOT NULL,
    message TEXT NOT NULL,
    refused_at INTEGER NOT NULL,
    fields TEXT NOT NULL,
    items BLOB NOT NULL
);

-- The server's word for the newest changes of each record that it has sent or taken; and records that are to be brought to
-- a server that may have forgotten them, with its word for each scope.
CREATE TABLE receipt (
    document INTEGER NOT NULL REFERENCES document (n) ON DELETE CASCADE,
    hash BLOB NOT NULL,
    receipt BLOB NOT NULL,
    -- The scope that it speaks of: the record may be known to be in another one by now.
    scope BLOB NOT NULL,
    PRIMARY KEY (document, hash)
) WITHOUT ROWID;

CREATE TABLE relay (
    document INTEGER NOT NULL REFERENCES document (n) ON DELETE CASCADE,
    scope BLOB NOT NULL,
    PRIMARY KEY (document, scope)
) WITHOUT ROWID;

-- Changes that were done again as others, with the heads that stand for them now: forms that were open go on from there.
CREATE TABLE rebased (
    old BLOB PRIMARY KEY,
    heads BLOB NOT NULL
) WITHOUT ROWID;

-- Named requests that were done lately, with the heads that were answered: asked again, they are not done again.
CREATE TABLE request (
    n INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    base BLOB NOT NULL
);

CREATE TABLE cursor (
    scope BLOB PRIMARY KEY,
    seq INTEGER NOT NULL,
    since INTEGER NOT NULL,
    upto INTEGER NOT NULL,
    -- What its first sync has still to bring (JSON); absent afterwards.
    scan TEXT
) WITHOUT ROWID;

-- When what is here of a scope was last found to be what the server has; and how far its documents have been compared one
-- by one, while that goes on.
CREATE TABLE survey (
    scope BLOB PRIMARY KEY,
    compared_at INTEGER NOT NULL,
    open INTEGER NOT NULL,
    after BLOB,
    -- How often in a row they differed although they had been compared one by one.
    in_vain INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;

-- Documents to be asked for by name.
CREATE TABLE want (
    n INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE
);

-- The actors under which this database has written, and whether the server was told so.
CREATE TABLE incarnation (
    actor BLOB PRIMARY KEY,
    announced INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;

CREATE TABLE actor (
    n INTEGER PRIMARY KEY,
    actor BLOB NOT NULL UNIQUE,
    user BLOB NOT NULL
);

-- Positions of a shift under way, each on the disk at once; packed into the trip's document in batches.
CREATE TABLE ping (
    n INTEGER PRIMARY KEY,
    trip INTEGER NOT NULL REFERENCES document (n) ON DELETE CASCADE,
    chunk BLOB NOT NULL,
    count INTEGER NOT NULL,
    at INTEGER NOT NULL
);
CREATE INDEX ping_trip ON ping (trip);

-- By which declaration each kind's projection was built.
CREATE TABLE projection (
    kind TEXT PRIMARY KEY,
    fingerprint INTEGER NOT NULL,
    live INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;

-- Contents of records (photos, signatures), by SHA-256. `to_send`: the server has yet to say that it has all of it. `wanted`:
-- somebody here wants to see it, and it is not all here.
CREATE TABLE blob (
    n INTEGER PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE,
    size INTEGER NOT NULL,
    made_at INTEGER NOT NULL,
    to_send INTEGER NOT NULL DEFAULT 0,
    wanted INTEGER NOT NULL DEFAULT 0,
    -- Parts that the server lacks (JSON), once it has said so.
    lacking TEXT,
    -- Nothing can be done for it in this round; and in how many rounds nothing could.
    waiting INTEGER NOT NULL DEFAULT 0,
    tries INTEGER NOT NULL DEFAULT 0,
    -- Why the server would not have it (JSON).
    refused TEXT
);
CREATE INDEX blob_transfer ON blob (n) WHERE to_send > 0 OR wanted > 0;
CREATE TABLE blob_part (
    blob INTEGER NOT NULL REFERENCES blob (n) ON DELETE CASCADE,
    n INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (blob, n)
) WITHOUT ROWID;
