-- The trail. Entries are only ever added; a superuser who changes one all the same is found out by the chain of hashes
-- (see io.holdfast.auditservice.domain.Entry for what is hashed, and how).

create table entry (
    position      bigint      primary key check (position > 0),
    id            text        not null unique,
    source        text        not null,
    epoch         bigint      not null,
    sequence      bigint      not null,
    revision      bigint      not null,
    type          text        not null,
    subject       text        not null,
    time          timestamptz not null,
    received_at   timestamptz not null,
    topic         text        not null,
    partition     integer     not null,
    record_offset bigint      not null,
    traceparent   text        not null,
    data          text        not null,
    previous_hash bytea       not null check (octet_length(previous_hash) = 32),
    hash          bytea       not null check (octet_length(hash) = 32),
    constraint entry_number unique (source, epoch, sequence)
);
comment on column entry.data is 'The JSON text byte for byte as received: jsonb would not keep it, and the hash covers it.';
create index entry_subject on entry (subject, position);
create index entry_type on entry (type, position);
create index entry_source on entry (source, position);
create index entry_time on entry (time, position);

-- The end of the chain: one row, locked by whoever adds to it.
create table head (
    only_row boolean primary key default true check (only_row),
    position bigint  not null,
    hash     bytea   not null check (octet_length(hash) = 32)
);
insert into head (position, hash) values (0, decode(repeat('00', 32), 'hex'));

-- Where the trail stands on each source's number line.
create table mark (
    source    text    not null,
    partition integer not null,
    epoch     bigint  not null,
    sequence  bigint  not null,
    primary key (source, partition)
);

create table finding (
    number          bigint generated always as identity primary key,
    kind            text        not null,
    source          text        not null,
    epoch           bigint      not null,
    first_sequence  bigint      not null,
    last_sequence   bigint      not null,
    before_position bigint      not null,
    found_at        timestamptz not null
);

-- Records that a consumer could not decode.
create table dead_letter (
    topic          text        not null,
    partition      integer     not null,
    record_offset  bigint      not null,
    received_at    timestamptz not null,
    headers        text        not null,
    payload        bytea       not null,
    payload_length bigint      not null,
    payload_sha256 bytea       not null,
    primary key (topic, partition, record_offset)
);

create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'the trail is only ever added to: % on % refused', tg_op, tg_table_name
        using errcode = 'insufficient_privilege';
end
$$;

create trigger entry_stays before update or delete or truncate on entry
    for each statement execute function refuse_change();
create trigger finding_stays before update or delete or truncate on finding
    for each statement execute function refuse_change();
create trigger dead_letter_stays before update or delete or truncate on dead_letter
    for each statement execute function refuse_change();
