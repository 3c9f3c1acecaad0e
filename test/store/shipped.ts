// A store as the first version that was shipped has left it: its tables, and what it says of how they came
// to be. Kept as it was.

export const SHIPPED = `
CREATE TABLE "kysely_migration" ("name" varchar(255) not null primary key, "timestamp" varchar(255) not null);
CREATE TABLE "kysely_migration_lock" ("id" varchar(255) not null primary key, "is_locked" integer default 0 not null);
INSERT INTO kysely_migration VALUES ('001-call-records', '2026-10-01T08:00:00.000Z');
INSERT INTO kysely_migration VALUES ('002-used-tokens', '2026-10-01T08:00:00.001Z');
INSERT INTO kysely_migration_lock VALUES ('migration_lock', 0);
CREATE TABLE "call_records" ("seq" integer primary key autoincrement, "id" text not null unique, "ended_at" text not null, "record" text not null check (json_valid(record))) strict;
CREATE TRIGGER "call_records_no_update"
        before update on call_records
        begin select raise(abort, 'call records are append-only'); end;
CREATE TRIGGER "call_records_no_delete"
        before delete on call_records
        begin select raise(abort, 'call records are append-only'); end;
CREATE TABLE "used_tokens" ("issuer" text not null, "jti_hash" blob not null, "expires_at" integer not null, constraint "used_tokens_once" primary key ("issuer", "jti_hash")) strict, without rowid;
CREATE INDEX "used_tokens_expired" on "used_tokens" ("expires_at");
`;
