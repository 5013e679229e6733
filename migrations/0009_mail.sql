-- Mail that waits to be sent, and where it goes when nobody has named a mail server.
set local lock_timeout = '2s';

do $$
begin
  if not exists (select from pg_roles where rolname = 'flowgrid_mail') then
    begin
      create role flowgrid_mail nologin;
    exception when duplicate_object or unique_violation then null; -- another database's migration was faster
    end;
  end if;
  if not pg_has_role(current_user, 'flowgrid_mail', 'member') then
    grant flowgrid_mail to current_user;
  end if;
end $$;

create schema mail;
grant usage on schema mail to flowgrid_mail;

-- A letter waits while it is sealed. Sent or given up, its content is gone and the bare row stays a
-- while: so a repeat of the same id is known, and an operator sees what didn't arrive.
create table mail.outbox (
  id uuid not null,
  -- What sort of mail: no personal data, as in last_error.
  kind text not null,
  -- Recipient, subject and text under the master key.
  sealed bytea,
  created_at timestamptz not null default clock_timestamp(),
  -- When a runner looks at it next. Whoever takes it moves this ahead: that is its lease.
  due_at timestamptz not null default clock_timestamp(),
  -- Counted when taken, so that what a late attempt says is told from the present one's.
  attempt integer not null default 0 check (attempt >= 0),
  sent_at timestamptz,
  dead_at timestamptz,
  last_error text check (length(last_error) <= 200),
  constraint outbox_pkey primary key (id),
  constraint outbox_waits_or_is_done check (num_nonnulls(sealed, sent_at, dead_at) = 1)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

create index outbox_due on mail.outbox (due_at) where sealed is not null;
create index outbox_sent on mail.outbox (sent_at) where sent_at is not null;
create index outbox_dead on mail.outbox (dead_at) where dead_at is not null;

-- Filled by `flowgrid up` without a mail server, never in production: readable by whoever reaches it.
create table mail.mailbox (
  number bigint generated always as identity,
  id uuid not null,
  received_at timestamptz not null default clock_timestamp(),
  recipient text not null,
  subject text not null,
  body_text text not null,
  body_html text not null,
  constraint mailbox_pkey primary key (number),
  constraint mailbox_id unique (id)
);

grant select, insert, update, delete on mail.outbox to flowgrid_mail;
grant select, insert, delete on mail.mailbox to flowgrid_mail;
