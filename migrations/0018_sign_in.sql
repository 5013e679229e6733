-- What signing in asks of the vault, each in one round trip: the function names whose rows it sees, as the
-- transactions do, and row-level security holds within it as ever. The names end with the statement.
set local lock_timeout = '2s';

-- No SET clause: it would take back what the function is there to set. Every name is qualified.
create function vault.password_of(p_person uuid) returns text
language plpgsql as $$
begin
  perform pg_catalog.set_config('app.person', p_person::pg_catalog.text, true),
          pg_catalog.set_config('app.tenant', '', true);
  return (select p.phc from vault.passwords p where p.person operator(pg_catalog.=) p_person);
end $$;

-- The organizations that hold, or held, something of a subject, the oldest first; at most 1,000.
create function vault.tenants_of(p_subject uuid) returns setof uuid
language plpgsql rows 1 as $$
begin
  perform pg_catalog.set_config('app.person', p_subject::pg_catalog.text, true),
          pg_catalog.set_config('app.tenant', '', true);
  return query select k.tenant from vault.personal_keys k where k.subject operator(pg_catalog.=) p_subject
    order by k.made_at, k.tenant limit 1000;
end $$;

-- Says whether the person has more than p_most sessions now: whoever asks ends the least used ones.
create function vault.begin_session(
  p_id uuid, p_person uuid, p_tenant uuid, p_slug text, p_device text, p_address text, p_remember boolean,
  p_now timestamptz, p_expires_at timestamptz, p_ends_at timestamptz, p_token bytea, p_most bigint
) returns boolean
language plpgsql as $$
begin
  perform pg_catalog.set_config('app.person', p_person::pg_catalog.text, true),
          pg_catalog.set_config('app.tenant', p_tenant::pg_catalog.text, true);
  insert into vault.sessions (id, person, tenant, tenant_slug, device, address, remember,
                              created_at, last_used_at, expires_at, ends_at, current)
    values (p_id, p_person, p_tenant, p_slug, p_device, p_address, p_remember,
            p_now, p_now, p_expires_at, p_ends_at, array[p_token]);
  insert into vault.presence as p (tenant, person, signed_in_at, seen_at) values (p_tenant, p_person, p_now, p_now)
    on conflict (tenant, person) do update
      set signed_in_at = greatest(p.signed_in_at, p_now), seen_at = greatest(p.seen_at, p_now);
  return exists (select from vault.sessions s where s.person operator(pg_catalog.=) p_person offset p_most);
end $$;

revoke execute on function vault.password_of, vault.tenants_of, vault.begin_session from public;
grant execute on function vault.password_of, vault.tenants_of, vault.begin_session to flowgrid_vault;
