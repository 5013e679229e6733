-- What the evaluation of alert rules remembers: how far telemetry was evaluated, where each source
-- stands, and what is still to be done. All of it moves in one transaction.
set local lock_timeout = '2s';

do $$
begin
  if not exists (select from pg_roles where rolname = 'flowgrid_rules') then
    begin
      create role flowgrid_rules nologin;
    exception when duplicate_object or unique_violation then null; -- another database's migration was faster
    end;
  end if;
  if not pg_has_role(current_user, 'flowgrid_rules', 'member') then
    grant flowgrid_rules to current_user;
  end if;
end $$;

create schema rules;
grant usage on schema rules to flowgrid_rules;

create table rules.checkpoints (
  log_id smallint primary key,
  epoch bigint not null,
  -- Up to here telemetry is evaluated.
  position bigint not null default 0 check (position >= 0),
  -- Up to here the newest readings below are what they were.
  heard bigint not null default 0 check (heard >= 0),
  -- Moved by each transaction: whoever expects another one has been overtaken.
  turn bigint not null default 0,
  moved_at timestamptz not null default clock_timestamp(),
  constraint checkpoints_heard check (heard <= position)
) with (fillfactor = 10, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

-- Where a rule stands at a source (a sensor or a building); without a row, nothing is known of it.
create table rules.states (
  log_id smallint not null,
  tenant_id uuid not null,
  rule text not null,
  source text not null,
  state jsonb not null,
  -- When it goes on by itself, if nothing else comes.
  due_at timestamptz,
  constraint states_pkey primary key (log_id, tenant_id, rule, source)
) with (fillfactor = 70);

-- The newest reading of each sensor that a rule looks at.
create table rules.newest (
  log_id smallint not null,
  tenant_id uuid not null,
  sensor text not null,
  read_at timestamptz not null,
  arrived_at timestamptz not null,
  value double precision not null,
  constraint newest_pkey primary key (log_id, tenant_id, sensor)
) with (fillfactor = 50);

-- What is to be done, in the order in which it was decided.
create table rules.deeds (
  id bigint generated always as identity,
  log_id smallint not null,
  tenant_id uuid not null,
  tenant_slug text not null,
  rule text not null,
  source text not null,
  deed jsonb not null,
  due_at timestamptz not null,
  attempts integer not null default 0,
  constraint deeds_pkey primary key (id)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
create index deeds_due on rules.deeds (log_id, due_at, id);

grant select, insert, update, delete on rules.checkpoints, rules.states, rules.newest, rules.deeds to flowgrid_rules;
grant select on closed_tenants to flowgrid_rules;

-- Whoever evaluates sees all organizations, and nobody else sees any.
alter table rules.states enable row level security;
alter table rules.states force row level security;
alter table rules.newest enable row level security;
alter table rules.newest force row level security;
alter table rules.deeds enable row level security;
alter table rules.deeds force row level security;
create policy all_of_them on rules.states to flowgrid_rules using (true);
create policy all_of_them on rules.newest to flowgrid_rules using (true);
create policy all_of_them on rules.deeds to flowgrid_rules using (true);
