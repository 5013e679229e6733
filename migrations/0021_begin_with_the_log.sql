-- A session is written before its event, which goes to the same server and waits for the disk: so it needs no
-- flush of its own, for whatever made the event durable has made it durable too. A function beside the first, which
-- the release before calls after the event. The names end with the statement.
set local lock_timeout = '2s';

create function vault.begin_session_unflushed(
  p_id uuid, p_person uuid, p_tenant uuid, p_slug text, p_device text, p_address text, p_remember boolean,
  p_now timestamptz, p_expires_at timestamptz, p_ends_at timestamptz, p_token bytea, p_most bigint
) returns boolean
language plpgsql as $$
begin
  perform pg_catalog.set_config('synchronous_commit', 'off', true);
  return vault.begin_session(p_id, p_person, p_tenant, p_slug, p_device, p_address, p_remember,
                             p_now, p_expires_at, p_ends_at, p_token, p_most);
end $$;

-- The two questions of a login in one: its password, and the organizations of the person, the oldest first.
create function vault.sign_in_of(p_person uuid, out phc text, out tenants uuid[])
language plpgsql as $$
begin
  phc := vault.password_of(p_person);
  tenants := array(select vault.tenants_of(p_person));
end $$;

revoke execute on function vault.begin_session_unflushed, vault.sign_in_of from public;
grant execute on function vault.begin_session_unflushed, vault.sign_in_of to flowgrid_vault;
