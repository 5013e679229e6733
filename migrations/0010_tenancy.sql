-- Members' last presence, and organizations that are to be closed.
set local lock_timeout = '2s';

-- Outlives sessions: who signs out was there all the same.
create table vault.presence (
  tenant uuid not null,
  person uuid not null,
  signed_in_at timestamptz not null,
  seen_at timestamptz not null,
  constraint presence_pkey primary key (tenant, person)
) with (fillfactor = 70);
create index presence_by_person on vault.presence (person);

-- Follows from the identity logs alone.
create table vault.closings (
  tenant uuid primary key,
  tenant_slug text not null,
  -- Never, where it is kept after all, or closed.
  due_at timestamptz not null
);
create index closings_by_time on vault.closings (due_at);

alter table vault.presence enable row level security;
alter table vault.presence force row level security;
alter table vault.closings enable row level security;
alter table vault.closings force row level security;

create policy of_tenant on vault.presence to flowgrid_vault using (tenant = (select vault.tenant()));
create policy of_person_seen on vault.presence for select to flowgrid_vault using (person = (select vault.person()));
create policy of_person_ended on vault.presence for delete to flowgrid_vault using (person = (select vault.person()));
-- Slugs and times that whoever closes must know; who writes one names whose it is.
create policy known on vault.closings for select to flowgrid_vault using (true);
create policy made on vault.closings for insert to flowgrid_vault with check (tenant = (select vault.tenant()));
create policy moved on vault.closings for update to flowgrid_vault using (tenant = (select vault.tenant()));

-- Whoever keeps the vault sees all of it, so that a backup by its owner holds all of it.
create policy keeper on vault.presence to flowgrid_vault_keeper using (true);
create policy keeper on vault.closings to flowgrid_vault_keeper using (true);

-- Organizations that are closed for good: no read model has rows of theirs.
create table closed_tenants (
  tenant_id uuid primary key,
  closed_at timestamptz not null default clock_timestamp()
);
grant select, insert on closed_tenants to flowgrid_project;

grant select, insert, update, delete on vault.presence to flowgrid_vault;
grant select, insert, update on vault.closings to flowgrid_vault;
