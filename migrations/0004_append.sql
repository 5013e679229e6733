-- The append, as one call: locks the log, finds the losers, writes the winners, leaves no gap.
-- A function, because each statement inside it sees what the lock protects; a lone statement's
-- snapshot would be older than the lock it waited for.
--
-- One append is one command: its events stand next to each other in the event arrays. Within a
-- call the appender keeps aggregates, claim keys and receipt keys distinct.
--   a_*  one entry an append: organization, aggregate, version expected, number of events, and
--        the number of events up to its end
--   e_*  one entry an event, e_append names its append (1, 2, …)
--   c_*  claims taken (c_take) or released
--   r_*  receipts, at most one an append
--   p_hint  a position the caller knows to be written: the log may not end before it
-- Answers the position before the first event written, the time of the write and, for each
-- loser by its number, why: {"version": n} | {"claim": scope, "owner": id} | {"receipt": {…}}.
--
-- Errors: FG001 no such log, FG002 a version expected of an aggregate that does not exist,
-- FG003 the log ends before p_hint (Postgres has lost its tail).
create function append_batch(
  p_log smallint, p_hint bigint,
  a_tenant uuid[], a_type text[], a_id text[], a_expected bigint[], a_until int[], a_count int[],
  e_append int[], e_id uuid[], e_tenant uuid[], e_aggregate_type text[], e_aggregate_id text[],
  e_sequence bigint[], e_type text[], e_version text[], e_payload text[], e_metadata text[],
  c_append int[], c_take boolean[], c_tenant uuid[], c_scope text[], c_key text[], c_owner text[],
  r_append int[], r_tenant uuid[], r_key text[], r_fingerprint text[], r_status smallint[],
  out base bigint, out written_at timestamptz, out lost jsonb)
language plpgsql security invoker
set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
#variable_conflict use_column
declare
  losers int[] := '{}';
  moved bigint;
  phantom boolean;
  loser record;
  today date;
begin
  select h.position into base from log_heads h where h.log_id = p_log for no key update;
  if not found then raise exception 'no such log: %', p_log using errcode = 'FG001'; end if;
  base := greatest(base, (select e.position from events e
    where e.log_id = p_log and e.position >= p_hint order by e.position desc limit 1));
  if base < p_hint then
    raise exception 'log % ends before position %', p_log, p_hint using errcode = 'FG003';
  end if;
  written_at := clock_timestamp(); -- now() would be older than the lock
  today := (written_at at time zone 'UTC')::date;

  -- Loops, not aggregates: nearly always there is nobody to name.
  if true = any(c_take) then
    for loser in
      select c.number, jsonb_build_object('claim', x.scope, 'owner', x.owner) as why
        from unnest(c_append, c_take, c_tenant, c_scope, c_key) c(number, take, tenant, scope, key)
        cross join lateral (
          select k.scope, k.owner from claims k
           where k.log_id = p_log and k.tenant_id = c.tenant and k.scope = c.scope and k.key = c.key offset 0) x
       where c.take
    loop
      lost := coalesce(lost, '{}') || jsonb_build_object(loser.number, loser.why);
      losers := losers || loser.number;
    end loop;
  end if;

  if cardinality(r_append) > 0 then
    for loser in
      select r.number, jsonb_build_object('receipt', jsonb_build_object('fingerprint', x.fingerprint, 'status', x.status,
               'type', x.aggregate_type, 'id', x.aggregate_id, 'sequence', x.sequence, 'position', x.position)) as why
        from unnest(r_append, r_tenant, r_key) r(number, tenant, key)
        cross join lateral (
          select k.* from receipts k
           where k.log_id = p_log and k.tenant_id = r.tenant and k.key = r.key
             and k.day >= today - 1 and k.day <= today and k.recorded_at > written_at - interval '24 hours' offset 0) x
    loop
      lost := coalesce(lost, '{}') || jsonb_build_object(loser.number, loser.why);
      losers := losers || loser.number;
    end loop;
  end if;

  -- The usual way: everybody wins, positions are known.
  with moved as (
    insert into streams as s (log_id, aggregate_type, aggregate_id, tenant_id, version, first_position, last_position)
    select p_log, a.type, a.id, a.tenant, a.expected + a.events, base + a.until - a.events + 1, base + a.until
      from unnest(a_tenant, a_type, a_id, a_expected, a_until, a_count)
           with ordinality a(tenant, type, id, expected, until, events, number)
     where a.number <> all(losers)
    on conflict (log_id, aggregate_type, aggregate_id)
      do update set version = excluded.version, last_position = excluded.last_position
      where s.version = excluded.version - (excluded.last_position - excluded.first_position + 1)
    returning s.first_position > base and s.version > s.last_position - s.first_position + 1 as phantom)
  select count(*), bool_or(m.phantom) into moved, phantom from moved m;
  if phantom then
    raise exception 'a version is expected of an aggregate that does not exist' using errcode = 'FG002';
  end if;

  if moved = cardinality(a_id) then
    insert into events (log_id, position, event_id, tenant_id, aggregate_type, aggregate_id, sequence,
                        event_type, event_version, payload, metadata, recorded_at)
      select p_log, base + u.number, u.id, u.tenant, u.aggregate_type, u.aggregate_id, u.sequence,
             u.type, u.version, u.payload::json, u.metadata::json, written_at
        from unnest(e_id, e_tenant, e_aggregate_type, e_aggregate_id, e_sequence, e_type, e_version, e_payload, e_metadata)
             with ordinality u(id, tenant, aggregate_type, aggregate_id, sequence, type, version, payload, metadata, number);
  else
    -- Those whose row did not move to beyond the base lost their version.
    select coalesce(lost, '{}') || coalesce(jsonb_object_agg(a.number, jsonb_build_object('version', coalesce(s.version, 0))), '{}'),
           losers || coalesce(array_agg(a.number::int), '{}')
      into lost, losers
      from unnest(a_type, a_id) with ordinality a(type, id, number)
      left join lateral (
        select x.version, x.last_position from streams x
         where x.log_id = p_log and x.aggregate_type = a.type and x.aggregate_id = a.id offset 0) s on true
     where coalesce(s.last_position, 0) <= base and a.number <> all(losers);
    insert into events (log_id, position, event_id, tenant_id, aggregate_type, aggregate_id, sequence,
                        event_type, event_version, payload, metadata, recorded_at)
      select p_log, base + row_number() over (order by u.number), u.id, u.tenant, u.aggregate_type, u.aggregate_id,
             u.sequence, u.type, u.version, u.payload::json, u.metadata::json, written_at
        from unnest(e_append, e_id, e_tenant, e_aggregate_type, e_aggregate_id, e_sequence, e_type, e_version, e_payload, e_metadata)
             with ordinality u(append, id, tenant, aggregate_type, aggregate_id, sequence, type, version, payload, metadata, number)
       where u.append <> all(losers);
    -- Positions close up over the losers.
    insert into streams as s (log_id, aggregate_type, aggregate_id, tenant_id, version, first_position, last_position)
      select p_log, a.type, a.id, a.tenant, a.expected + a.events, base + a.until - a.events + 1, base + a.until
        from (select u.*, sum(u.events) over (order by u.number)::bigint as until
                from unnest(a_tenant, a_type, a_id, a_expected, a_count)
                     with ordinality u(tenant, type, id, expected, events, number)
               where u.number <> all(losers)) a
      on conflict (log_id, aggregate_type, aggregate_id)
        do update set last_position = excluded.last_position,
          first_position = case when s.first_position > base then excluded.first_position else s.first_position end;
  end if;

  if cardinality(c_append) > 0 then
    if false = any(c_take) then
      delete from claims k where k.ctid = any(array(
        select x.ctid from unnest(c_append, c_take, c_tenant, c_scope, c_key) c(number, take, tenant, scope, key)
         cross join lateral (
           select y.ctid from claims y
            where y.log_id = p_log and y.tenant_id = c.tenant and y.scope = c.scope and y.key = c.key offset 0) x
         where not c.take and c.number <> all(losers)));
    end if;
    insert into claims (log_id, tenant_id, scope, key, owner, position)
      select p_log, c.tenant, c.scope, c.key, c.owner, base
        from unnest(c_append, c_take, c_tenant, c_scope, c_key, c_owner) c(number, take, tenant, scope, key, owner)
       where c.take and c.number <> all(losers);
  end if;

  if cardinality(r_append) > 0 then
    insert into receipts (log_id, day, tenant_id, key, fingerprint, status, aggregate_type, aggregate_id,
                          sequence, position, recorded_at)
      select p_log, today, r.tenant, r.key, r.fingerprint, r.status, s.aggregate_type, s.aggregate_id,
             s.version, s.last_position, written_at
        from unnest(r_append, r_tenant, r_key, r_fingerprint, r_status) r(number, tenant, key, fingerprint, status)
        cross join lateral (
          select x.aggregate_type, x.aggregate_id, x.version, x.last_position from streams x
           where x.log_id = p_log and x.aggregate_type = a_type[r.number] and x.aggregate_id = a_id[r.number] offset 0) s
       where r.number <> all(losers);
  end if;
end $$;

-- Brings back events that the stream still holds and Postgres has lost, with what follows from
-- them. Positions are given; they must go on where the log ends. Claims are given as they stand
-- after the last event: taken ones with an owner, released ones without.
create function heal_batch(
  p_log smallint,
  e_position bigint[], e_id uuid[], e_tenant uuid[], e_aggregate_type text[], e_aggregate_id text[],
  e_sequence bigint[], e_type text[], e_version text[], e_payload text[], e_metadata text[], e_recorded_at timestamptz[],
  c_tenant uuid[], c_scope text[], c_key text[], c_owner text[], c_position bigint[],
  r_tenant uuid[], r_key text[], r_fingerprint text[], r_status smallint[],
  r_type text[], r_id text[], r_sequence bigint[], r_position bigint[], r_recorded_at timestamptz[])
returns bigint language plpgsql security invoker set enable_seqscan = off as $$
#variable_conflict use_column
declare head bigint;
begin
  select h.position into head from log_heads h where h.log_id = p_log for no key update;
  if not found then raise exception 'no such log: %', p_log using errcode = 'FG001'; end if;
  head := greatest(head, (select e.position from events e where e.log_id = p_log order by e.position desc limit 1));
  if e_position[1] <> head + 1 or e_position[cardinality(e_position)] <> head + cardinality(e_position) then
    raise exception 'the log ends at %, cannot go on at %', head, e_position[1] using errcode = 'FG004';
  end if;
  insert into events (log_id, position, event_id, tenant_id, aggregate_type, aggregate_id, sequence,
                      event_type, event_version, payload, metadata, recorded_at)
    select p_log, u.position, u.id, u.tenant, u.aggregate_type, u.aggregate_id, u.sequence, u.type, u.version,
           u.payload::json, u.metadata::json, u.recorded_at
      from unnest(e_position, e_id, e_tenant, e_aggregate_type, e_aggregate_id, e_sequence, e_type, e_version,
                  e_payload, e_metadata, e_recorded_at)
           u(position, id, tenant, aggregate_type, aggregate_id, sequence, type, version, payload, metadata, recorded_at);
  insert into streams as s (log_id, aggregate_type, aggregate_id, tenant_id, version, first_position, last_position)
    select p_log, u.type, u.id, (array_agg(u.tenant))[1], max(u.sequence), min(u.position), max(u.position)
      from unnest(e_position, e_tenant, e_aggregate_type, e_aggregate_id, e_sequence) u(position, tenant, type, id, sequence)
     group by u.type, u.id
    on conflict (log_id, aggregate_type, aggregate_id)
      do update set version = excluded.version, last_position = excluded.last_position;
  delete from claims k using unnest(c_tenant, c_scope, c_key) c(tenant, scope, key)
   where k.log_id = p_log and k.tenant_id = c.tenant and k.scope = c.scope and k.key = c.key;
  insert into claims (log_id, tenant_id, scope, key, owner, position)
    select p_log, c.tenant, c.scope, c.key, c.owner, c.position
      from unnest(c_tenant, c_scope, c_key, c_owner, c_position) c(tenant, scope, key, owner, position)
     where c.owner is not null;
  insert into receipts (log_id, day, tenant_id, key, fingerprint, status, aggregate_type, aggregate_id,
                        sequence, position, recorded_at)
    select p_log, (r.recorded_at at time zone 'UTC')::date, r.tenant, r.key, r.fingerprint, r.status, r.type, r.id,
           r.sequence, r.position, r.recorded_at
      from unnest(r_tenant, r_key, r_fingerprint, r_status, r_type, r_id, r_sequence, r_position, r_recorded_at)
           r(tenant, key, fingerprint, status, type, id, sequence, position, recorded_at)
     where r.recorded_at > clock_timestamp() - interval '24 hours'
    on conflict do nothing;
  insert into placements (tenant_id, kind, log_id, slug)
    select distinct u.tenant, l.kind, p_log, split_part(u.id, '/', 1)
      from unnest(e_tenant, e_aggregate_id) u(tenant, id) join logs l on l.log_id = p_log
    on conflict do nothing;
  return head + cardinality(e_position);
end $$;

-- Where an organization lives, given a place on the emptiest log of that kind when it has none.
create function place_tenant(p_tenant uuid, p_slug text, p_kind text) returns smallint
language plpgsql security invoker as $$
declare found_log smallint;
begin
  select p.log_id into found_log from placements p where p.tenant_id = p_tenant and p.kind = p_kind;
  if found then return found_log; end if;
  insert into placements (tenant_id, kind, log_id, slug)
    select p_tenant, p_kind, l.log_id, p_slug from logs l
     where l.kind = p_kind
     order by (select count(*) from placements p where p.log_id = l.log_id), l.log_id limit 1
    on conflict do nothing;
  select p.log_id into found_log from placements p where p.tenant_id = p_tenant and p.kind = p_kind;
  return found_log;
end $$;
