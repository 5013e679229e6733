-- How often each caller asked, over all processes. Nothing here outlives a crash of Postgres: the
-- tables are unlogged, and the counting begins anew. A key is the SHA-256 of a class and a caller, so
-- no address and no name stands here. No index but the key's: it would be written with every count.
set local lock_timeout = '2s';

do $$
begin
  if not exists (select from pg_roles where rolname = 'flowgrid_limits') then
    begin
      create role flowgrid_limits nologin;
    exception when duplicate_object or unique_violation then null; -- another database's migration was faster
    end;
  end if;
  if not pg_has_role(current_user, 'flowgrid_limits', 'member') then
    grant flowgrid_limits to current_user;
  end if;
end $$;

create schema limits;
grant usage on schema limits to flowgrid_limits;

-- Requests of one caller in the present window and in the one before. Each process adds what it has
-- let through, several times a second.
create unlogged table limits.counters (
  key bytea not null check (octet_length(key) = 32),
  -- Number of the window since 1970.
  bucket bigint not null,
  count bigint not null,
  previous bigint not null,
  expires_at timestamptz not null,
  constraint counters_pkey primary key (key)
) with (fillfactor = 50);

-- When each of the attempts was made that count against a limit. They are few: a limit is small.
create unlogged table limits.attempts (
  key bytea not null check (octet_length(key) = 32),
  made_at timestamptz[] not null,
  expires_at timestamptz not null,
  constraint attempts_pkey primary key (key)
) with (fillfactor = 50);

grant select, insert, update, delete on limits.counters, limits.attempts to flowgrid_limits;

-- Counts one attempt under every key, or under none when one of them is full. Whoever comes at the
-- same time waits for the rows, so exactly as many are let through as the limits say.
create function limits.attempt(p_keys bytea[], p_most integer[], p_seconds double precision[])
returns table (key bytea, used integer, frees_in double precision, allowed boolean, counted_at timestamptz)
language plpgsql set search_path = pg_catalog, limits, pg_temp as $$
#variable_conflict use_column
declare
  moment timestamptz;
  free boolean;
begin
  -- In one order, so that no two wait for each other.
  insert into attempts as a (key, made_at, expires_at)
  select w.key, '{}', clock_timestamp() + make_interval(secs => w.seconds)
    from unnest(p_keys, p_seconds) as w (key, seconds) order by w.key
  on conflict (key) do update set expires_at = greatest(a.expires_at, excluded.expires_at);

  moment := clock_timestamp();
  update attempts a set made_at = array(
    select t from unnest(a.made_at) t where t > moment - make_interval(secs => w.seconds) order by t)
    from unnest(p_keys, p_seconds) as w (key, seconds) where a.key = w.key;

  select not exists (
    select from attempts a join unnest(p_keys, p_most) as w (key, most) using (key)
     where cardinality(a.made_at) >= w.most) into free;
  if free then
    update attempts a set made_at = a.made_at || moment where a.key = any (p_keys);
  end if;

  return query
  select a.key, cardinality(a.made_at),
         coalesce(extract(epoch from a.made_at[1 + greatest(cardinality(a.made_at) - w.most, 0)] - moment)::double precision, 0)
           + w.seconds,
         free, moment
    from attempts a join unnest(p_keys, p_most, p_seconds) as w (key, most, seconds) on a.key = w.key;
end $$;

-- Takes back one attempt: it did no harm.
create function limits.forgive(p_keys bytea[], p_moment timestamptz) returns void
language sql set search_path = pg_catalog, limits, pg_temp as $$
  with locked as (select key from attempts where key = any (p_keys) order by key for update)
  update attempts a set made_at = array_remove(a.made_at, p_moment) from locked where a.key = locked.key;
$$;

revoke execute on function limits.attempt, limits.forgive from public;
grant execute on function limits.attempt, limits.forgive to flowgrid_limits;
