-- Requests under an Idempotency-Key that leave no receipt in a log, because their answer is secret or
-- they write no event. What was sent stands here as keyed hashes alone, which nobody can guess at
-- without the vault's own key; an answer only where it is no secret, and sealed.
set local lock_timeout = '2s';

create table vault.repeats (
  -- Derived from whoever asked: a person in an organization, or a network.
  caller uuid not null,
  key bytea not null,
  request bytea not null,
  begun_at timestamptz not null,
  -- While it is null, the request is under way, or broke off.
  done_at timestamptz,
  answer bytea,
  expires_at timestamptz not null,
  constraint repeats_pkey primary key (caller, key)
);
create index repeats_by_expiry on vault.repeats (expires_at);

alter table vault.repeats enable row level security;
alter table vault.repeats force row level security;
create policy own on vault.repeats to flowgrid_vault using (caller = (select vault.person()));
create policy keeper on vault.repeats to flowgrid_vault_keeper using (true);
grant select, insert, update, delete on vault.repeats to flowgrid_vault;
grant select (caller, key, expires_at), delete on vault.repeats to flowgrid_vault_keeper;

-- Deletes up to p_most that are past their time; answers how many.
create function vault.sweep_repeats(p_now timestamptz, p_most integer) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  swept bigint;
begin
  delete from vault.repeats r where (r.caller, r.key) in
    (select x.caller, x.key from vault.repeats x where x.expires_at < p_now order by x.expires_at limit p_most);
  get diagnostics swept = row_count;
  return swept;
end $$;

grant create on schema vault to flowgrid_vault_keeper;
alter function vault.sweep_repeats(timestamptz, integer) owner to flowgrid_vault_keeper;
revoke create on schema vault from flowgrid_vault_keeper;
revoke execute on function vault.sweep_repeats(timestamptz, integer) from public;
grant execute on function vault.sweep_repeats(timestamptz, integer) to flowgrid_vault;
