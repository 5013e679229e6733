-- The log: Postgres is the only authority. Positions are gapless and in commit order,
-- because whoever appends holds the lock on the log's row in log_heads.

do $$
declare wanted text;
begin
  foreach wanted in array array['flowgrid_log', 'flowgrid_project', 'flowgrid_query'] loop
    if not exists (select from pg_roles where rolname = wanted) then
      begin
        execute format('create role %I nologin', wanted);
      exception when duplicate_object or unique_violation then null; -- another database's migration was faster
      end;
    end if;
    if not pg_has_role(current_user, wanted, 'member') then
      execute format('grant %I to current_user', wanted);
    end if;
  end loop;
end $$;

revoke create on schema public from public;
grant usage on schema public to flowgrid_log, flowgrid_project, flowgrid_query;

create table logs (
  log_id smallint primary key check (log_id >= 0),
  kind text not null check (kind in ('identity', 'domain', 'telemetry')),
  -- Drawn when the log is made; 32 bits, inside every position token.
  epoch bigint not null check (epoch between 0 and 4294967295),
  leaf_events bigint not null check (leaf_events >= 1000),
  created_at timestamptz not null default clock_timestamp()
);

-- Locked by every append, never updated by one: an updated row would grow a chain of dead
-- versions under any long snapshot. position is a floor, raised before leaves are detached.
create table log_heads (
  log_id smallint primary key,
  position bigint not null default 0
) with (fillfactor = 10);

create table events (
  log_id smallint not null,
  position bigint not null,
  event_id uuid not null,
  tenant_id uuid not null,
  aggregate_type text not null,
  aggregate_id text not null,
  sequence bigint not null,
  event_type text not null,
  event_version text not null,
  payload json not null,
  metadata json not null,
  recorded_at timestamptz not null,
  constraint events_pkey primary key (log_id, position)
) partition by list (log_id);

-- The optimistic lock of each aggregate, and where its events lie.
create table streams (
  log_id smallint not null,
  aggregate_type text not null,
  aggregate_id text not null,
  tenant_id uuid not null,
  version bigint not null,
  first_position bigint not null,
  last_position bigint not null,
  constraint streams_pkey primary key (log_id, aggregate_type, aggregate_id)
) with (fillfactor = 80);

create table claims (
  log_id smallint not null,
  tenant_id uuid not null,
  scope text not null,
  key text not null,
  owner text not null,
  position bigint not null,
  constraint claims_pkey primary key (log_id, tenant_id, scope, key)
);

-- The answer to a repeat is folded again from the aggregate's history up to `sequence`,
-- so a receipt holds no body and follows from the event's metadata alone.
create table receipts (
  log_id smallint not null,
  day date not null,
  tenant_id uuid not null,
  key text not null,
  fingerprint text not null,
  status smallint not null,
  aggregate_type text not null,
  aggregate_id text not null,
  sequence bigint not null,
  position bigint not null,
  recorded_at timestamptz not null,
  constraint receipts_pkey primary key (log_id, tenant_id, key, day)
) partition by range (day);

-- Which log an organization lives on, one for each kind.
create table placements (
  tenant_id uuid not null,
  kind text not null,
  log_id smallint not null,
  slug text not null,
  constraint placements_pkey primary key (tenant_id, kind)
);

grant select on logs to flowgrid_log, flowgrid_project, flowgrid_query;
grant select, update on log_heads to flowgrid_log;
grant select, insert on events to flowgrid_log;
grant select, insert, update on streams to flowgrid_log;
grant select, insert, delete on claims to flowgrid_log;
grant select, insert on receipts to flowgrid_log;
grant select, insert on placements to flowgrid_log;
grant select on events to flowgrid_project;
