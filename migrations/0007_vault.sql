-- The vault: what must stay secret, and no event may hold. Three roles keep it apart:
--   flowgrid_vault         reads and writes rows of the person (app.person) or the organization (app.tenant)
--                          that its transaction names, and no others
--   flowgrid_vault_keeper  nobody's login: owns the few functions that find whose a token is, or what has
--                          expired. Its column grants let it see ids and times, never a secret.
set local lock_timeout = '2s';

do $$
declare wanted text;
begin
  foreach wanted in array array['flowgrid_vault', 'flowgrid_vault_keeper'] loop
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

create schema vault;
revoke all on schema vault from public;
grant usage on schema vault to flowgrid_vault, flowgrid_vault_keeper;

-- What the indexes of e-mail addresses and recovery codes are derived from. Drawn once, for ever.
create table vault.index_key (
  id smallint primary key default 1 check (id = 1),
  key_id text not null,
  wrapped bytea not null
);

-- The key of what an organization holds of a person (or of somebody invited). Destroying it erases that.
create table vault.personal_keys (
  subject uuid not null,
  tenant uuid not null,
  key_id text not null,
  wrapped bytea not null,
  made_at timestamptz not null default clock_timestamp(),
  constraint personal_keys_pkey primary key (tenant, subject)
);
create index personal_keys_by_subject on vault.personal_keys (subject);

create table vault.passwords (
  person uuid primary key,
  phc text not null,
  changed_at timestamptz not null
);

create table vault.totp (
  person uuid primary key,
  key_id text not null,
  sealed bytea not null,
  -- The step of the last code that was taken: none is taken twice.
  last_step bigint not null default 0,
  enabled boolean not null default false
);

create table vault.recovery_codes (
  person uuid not null,
  hash bytea not null,
  constraint recovery_codes_pkey primary key (person, hash)
);

-- A session ends by losing its row. Of its refresh tokens, only those are good whose hash stands here.
create table vault.sessions (
  id uuid primary key,
  person uuid not null,
  tenant uuid not null,
  tenant_slug text not null,
  -- Sealed under the person's key.
  device text,
  address text,
  remember boolean not null,
  created_at timestamptz not null,
  last_used_at timestamptz not null,
  -- Moves with each use, up to ends_at.
  expires_at timestamptz not null,
  ends_at timestamptz not null,
  generation integer not null default 1,
  -- The tokens of this generation: more than one where answers were lost.
  current bytea[] not null,
  previous bytea,
  -- One of this generation's tokens was used: the previous token is no longer good.
  confirmed boolean not null default false,
  made_at timestamptz not null default clock_timestamp()
) with (fillfactor = 70);
create index sessions_by_person on vault.sessions (person);
create index sessions_by_tenant on vault.sessions (tenant);
create index sessions_by_expiry on vault.sessions (expires_at);

-- Tokens that are mailed, and challenges between password and second factor.
create table vault.mail_tokens (
  hash bytea primary key,
  purpose text not null,
  subject uuid not null,
  sealed bytea not null,
  expires_at timestamptz not null,
  tries smallint not null default 0,
  constraint mail_tokens_of_subject unique (subject, purpose)
);
create index mail_tokens_by_expiry on vault.mail_tokens (expires_at);

create table vault.api_keys (
  id uuid primary key,
  tenant uuid not null,
  tenant_slug text not null,
  person uuid not null,
  -- The most that the key may do, whatever its person may.
  role text not null,
  scopes text[] not null,
  -- SHA-256: the secret is random, so nothing slower is needed.
  secret bytea not null,
  created_at timestamptz not null,
  expires_at timestamptz,
  last_used_at timestamptz,
  -- Sealed under the person's key.
  last_address text,
  made_at timestamptz not null default clock_timestamp()
) with (fillfactor = 80);
create index api_keys_by_tenant on vault.api_keys (tenant);
create index api_keys_by_person on vault.api_keys (person);
create index api_keys_by_expiry on vault.api_keys (expires_at) where expires_at is not null;

-- Access tokens issued until revoked_at are no longer good. All processes read this several times a second.
create table vault.revocations (
  kind text not null check (kind in ('session', 'key', 'member', 'person', 'organization')),
  subject uuid not null,
  -- The nil UUID where it holds in all organizations.
  tenant uuid not null,
  revoked_at timestamptz not null,
  -- When no token can be alive any more that it holds against.
  until timestamptz not null,
  -- Who reads from the oldest transaction that was open last time misses none, however long it took.
  written_by xid8 not null default pg_current_xact_id(),
  constraint revocations_pkey primary key (kind, subject, tenant)
);
create index revocations_by_writer on vault.revocations (written_by);
create index revocations_by_end on vault.revocations (until);

create table vault.organization_keys (
  tenant uuid primary key,
  key_id text not null,
  wrapped bytea not null,
  made_at timestamptz not null default clock_timestamp()
);

create table vault.integration_secrets (
  tenant uuid not null,
  id uuid not null,
  sealed bytea not null,
  changed_at timestamptz not null,
  constraint integration_secrets_pkey primary key (tenant, id)
);

-- How far the identity logs were applied to these tables.
create table vault.checkpoints (
  log_id smallint primary key,
  epoch bigint not null,
  position bigint not null default 0 check (position >= 0)
) with (fillfactor = 10);

do $$
declare one record;
begin
  for one in select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
              where n.nspname = 'vault' and c.relkind = 'r' loop
    execute format('alter table vault.%I enable row level security', one.relname);
    execute format('alter table vault.%I force row level security', one.relname);
    execute format('create policy keeper on vault.%I to flowgrid_vault_keeper using (true)', one.relname);
  end loop;
end $$;

create function vault.person() returns uuid
language sql stable parallel safe as $$ select nullif(current_setting('app.person', true), '')::uuid $$;
create function vault.tenant() returns uuid
language sql stable parallel safe as $$ select nullif(current_setting('app.tenant', true), '')::uuid $$;

create policy own on vault.passwords to flowgrid_vault using (person = (select vault.person()));
create policy own on vault.totp to flowgrid_vault using (person = (select vault.person()));
create policy own on vault.recovery_codes to flowgrid_vault using (person = (select vault.person()));
create policy own on vault.mail_tokens to flowgrid_vault using (subject = (select vault.person()));
create policy own on vault.api_keys to flowgrid_vault using (tenant = (select vault.tenant()));
create policy own on vault.organization_keys to flowgrid_vault using (tenant = (select vault.tenant()));
create policy own on vault.integration_secrets to flowgrid_vault using (tenant = (select vault.tenant()));
create policy of_tenant on vault.personal_keys to flowgrid_vault using (tenant = (select vault.tenant()));
create policy of_subject on vault.personal_keys to flowgrid_vault using (subject = (select vault.person()));
create policy of_person on vault.sessions to flowgrid_vault using (person = (select vault.person()));
-- An organization may see and end its members' sessions, but not make one.
create policy of_tenant_seen on vault.sessions for select to flowgrid_vault using (tenant = (select vault.tenant()));
create policy of_tenant_ended on vault.sessions for delete to flowgrid_vault using (tenant = (select vault.tenant()));
create policy of_person_everywhere on vault.api_keys for delete to flowgrid_vault
  using (person = (select vault.person()));
create policy of_person_seen on vault.api_keys for select to flowgrid_vault using (person = (select vault.person()));
-- Ids and times that every process must know; who writes one names whose it is.
create policy known on vault.revocations for select to flowgrid_vault using (true);
create policy made on vault.revocations for insert to flowgrid_vault
  with check (tenant = (select vault.tenant()) or subject = (select vault.person()));
create policy moved on vault.revocations for update to flowgrid_vault
  using (tenant = (select vault.tenant()) or subject = (select vault.person()));
-- Nobody's: the process's own.
create policy everybodys on vault.index_key to flowgrid_vault using (true);
create policy everybodys on vault.checkpoints to flowgrid_vault using (true);

grant select, insert, update, delete on
  vault.personal_keys, vault.passwords, vault.totp, vault.recovery_codes, vault.sessions, vault.mail_tokens,
  vault.api_keys, vault.organization_keys, vault.integration_secrets to flowgrid_vault;
grant select, insert, update on vault.index_key, vault.revocations, vault.checkpoints to flowgrid_vault;

grant select (id, person, tenant, expires_at), delete on vault.sessions to flowgrid_vault_keeper;
grant select (hash, subject, expires_at), delete on vault.mail_tokens to flowgrid_vault_keeper;
grant select (id, tenant, expires_at), delete on vault.api_keys to flowgrid_vault_keeper;
grant select (kind, subject, tenant, until), delete on vault.revocations to flowgrid_vault_keeper;
grant select (subject, tenant, key_id) on vault.personal_keys to flowgrid_vault_keeper;
grant select (person, key_id) on vault.totp to flowgrid_vault_keeper;
grant select (tenant, key_id) on vault.organization_keys to flowgrid_vault_keeper;

-- Whose a session is: its id stands in refresh tokens, before it is known who sends one.
create function vault.session_person(p_id uuid) returns uuid
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select s.person from vault.sessions s where s.id = p_id $$;

create function vault.mail_token_subject(p_hash bytea) returns uuid
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select t.subject from vault.mail_tokens t where t.hash = p_hash $$;

create function vault.api_key_tenant(p_id uuid) returns uuid
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select k.tenant from vault.api_keys k where k.id = p_id $$;

-- What is not yet wrapped under the current master key.
create function vault.wrapped_under_others(p_current text, p_most integer)
returns table (kind text, subject uuid, tenant uuid)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  (select 'personal', k.subject, k.tenant from vault.personal_keys k where k.key_id <> p_current limit p_most)
  union all
  (select 'totp', t.person, null::uuid from vault.totp t where t.key_id <> p_current limit p_most)
  union all
  (select 'organization', null::uuid, k.tenant from vault.organization_keys k where k.key_id <> p_current limit p_most)
$$;

-- Deletes up to p_most rows a table that are past their time; answers how many it deleted. Keys stay a
-- while after they have expired, so that lists show them.
create function vault.sweep(p_now timestamptz, p_most integer) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  swept bigint;
  more bigint;
begin
  delete from vault.sessions s where s.id in
    (select x.id from vault.sessions x where x.expires_at < p_now order by x.expires_at limit p_most);
  get diagnostics swept = row_count;
  delete from vault.mail_tokens t where t.hash in
    (select x.hash from vault.mail_tokens x where x.expires_at < p_now order by x.expires_at limit p_most);
  get diagnostics more = row_count;
  swept := swept + more;
  delete from vault.api_keys k where k.id in
    (select x.id from vault.api_keys x where x.expires_at < p_now - interval '30 days'
      order by x.expires_at limit p_most);
  get diagnostics more = row_count;
  swept := swept + more;
  delete from vault.revocations r where (r.kind, r.subject, r.tenant) in
    (select x.kind, x.subject, x.tenant from vault.revocations x where x.until < p_now order by x.until limit p_most);
  get diagnostics more = row_count;
  return swept + more;
end $$;

-- The functions belong to the keeper, so that they can do no more than it may.
grant create on schema vault to flowgrid_vault_keeper;
alter function vault.session_person(uuid) owner to flowgrid_vault_keeper;
alter function vault.mail_token_subject(bytea) owner to flowgrid_vault_keeper;
alter function vault.api_key_tenant(uuid) owner to flowgrid_vault_keeper;
alter function vault.wrapped_under_others(text, integer) owner to flowgrid_vault_keeper;
alter function vault.sweep(timestamptz, integer) owner to flowgrid_vault_keeper;
revoke create on schema vault from flowgrid_vault_keeper;

revoke execute on all functions in schema vault from public;
grant execute on all functions in schema vault to flowgrid_vault;
