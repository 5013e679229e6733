-- Forecasts of what buildings and sensors will report: what is to be fitted, and what came of it.
set local lock_timeout = '2s';

do $$
begin
  if not exists (select from pg_roles where rolname = 'flowgrid_forecasts') then
    begin
      create role flowgrid_forecasts nologin;
    exception when duplicate_object or unique_violation then null; -- another database's migration was faster
    end;
  end if;
  if not pg_has_role(current_user, 'flowgrid_forecasts', 'member') then
    grant flowgrid_forecasts to current_user;
  end if;
end $$;

create schema forecasts;
grant usage on schema forecasts to flowgrid_forecasts, flowgrid_query, flowgrid_rules;

-- What is forecast. It is due when its readings have got a day further than at the last try.
create table forecasts.subjects (
  tenant_id uuid not null,
  tenant_slug text not null,
  kind text not null check (kind in ('building', 'sensor')),
  subject text not null,
  -- Its newest reading.
  newest timestamptz,
  -- That of the last try, and when that was.
  tried_until timestamptz,
  tried_at timestamptz,
  fitted boolean not null default false,
  -- Why the last try gave no forecast.
  reason text,
  -- Whoever fits has it for himself until then.
  leased_until timestamptz not null default '-infinity',
  constraint subjects_pkey primary key (tenant_id, kind, subject)
);

create table forecasts.kept (
  tenant_id uuid not null,
  kind text not null,
  subject text not null,
  -- The first hour that is foretold.
  origin timestamptz not null,
  made_at timestamptz not null,
  unit text not null,
  -- What one reading is of the value of an hour.
  per_reading double precision not null,
  forecast jsonb not null,
  constraint kept_pkey primary key (tenant_id, kind, subject, origin)
);
create index kept_made on forecasts.kept (made_at) where kind = 'sensor';

grant select, insert, update, delete on forecasts.subjects, forecasts.kept to flowgrid_forecasts;
grant select on closed_tenants to flowgrid_forecasts;
grant select on forecasts.subjects, forecasts.kept to flowgrid_query;
grant select on forecasts.kept to flowgrid_rules;

alter table forecasts.subjects enable row level security;
alter table forecasts.subjects force row level security;
alter table forecasts.kept enable row level security;
alter table forecasts.kept force row level security;
create policy all_of_them on forecasts.subjects to flowgrid_forecasts using (true);
create policy all_of_them on forecasts.kept to flowgrid_forecasts, flowgrid_rules using (true);
create policy own on forecasts.subjects to flowgrid_query
  using (tenant_id = (select nullif(current_setting('app.tenant', true), '')::uuid));
create policy own on forecasts.kept to flowgrid_query
  using (tenant_id = (select nullif(current_setting('app.tenant', true), '')::uuid));
