-- Telemetry: batches of readings, which are appended without a version check. An aggregate of such
-- a log has no row in streams and nothing to decide on; an event's sequence is its position, so the
-- leaves' unique (type, id, sequence) holds by itself.
set local lock_timeout = '2s';

-- As append_batch, for a log of kind telemetry: without versions and claims nobody loses but who
-- repeats a command. In e_append and r_append an append is named by its number (1, 2, …);
-- a_until is the number of events up to its end.
--
-- Errors: FG001, FG003 as append_batch; FG005 the log is of another kind.
create function append_telemetry(
  p_log smallint, p_hint bigint, a_until int[],
  e_append int[], e_id uuid[], e_tenant uuid[], e_aggregate_type text[], e_aggregate_id text[],
  e_type text[], e_version text[], e_payload text[], e_metadata text[],
  r_append int[], r_tenant uuid[], r_key text[], r_fingerprint text[], r_status smallint[],
  out base bigint, out written_at timestamptz, out lost jsonb)
language plpgsql security invoker
set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
#variable_conflict use_column
declare
  losers int[] := '{}';
  loser record;
  today date;
begin
  select h.position into base from log_heads h join logs l on l.log_id = h.log_id
   where h.log_id = p_log and l.kind = 'telemetry' for no key update of h;
  if not found then
    if exists (select from logs l where l.log_id = p_log) then
      raise exception 'log % holds no telemetry', p_log using errcode = 'FG005';
    end if;
    raise exception 'no such log: %', p_log using errcode = 'FG001';
  end if;
  base := greatest(base, (select e.position from events e
    where e.log_id = p_log and e.position >= p_hint order by e.position desc limit 1));
  if base < p_hint then
    raise exception 'log % ends before position %', p_log, p_hint using errcode = 'FG003';
  end if;
  written_at := clock_timestamp(); -- now() would be older than the lock
  today := (written_at at time zone 'UTC')::date;

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

  if losers = '{}' then
    insert into events (log_id, position, event_id, tenant_id, aggregate_type, aggregate_id, sequence,
                        event_type, event_version, payload, metadata, recorded_at)
      select p_log, base + u.number, u.id, u.tenant, u.aggregate_type, u.aggregate_id, base + u.number,
             u.type, u.version, u.payload::json, u.metadata::json, written_at
        from unnest(e_id, e_tenant, e_aggregate_type, e_aggregate_id, e_type, e_version, e_payload, e_metadata)
             with ordinality u(id, tenant, aggregate_type, aggregate_id, type, version, payload, metadata, number);
  else
    -- Positions close up over the losers.
    insert into events (log_id, position, event_id, tenant_id, aggregate_type, aggregate_id, sequence,
                        event_type, event_version, payload, metadata, recorded_at)
      select p_log, base + w.number, w.id, w.tenant, w.aggregate_type, w.aggregate_id, base + w.number,
             w.type, w.version, w.payload::json, w.metadata::json, written_at
        from (select u.*, row_number() over (order by u.ord) as number
                from unnest(e_append, e_id, e_tenant, e_aggregate_type, e_aggregate_id, e_type, e_version, e_payload, e_metadata)
                     with ordinality u(append, id, tenant, aggregate_type, aggregate_id, type, version, payload, metadata, ord)
               where u.append <> all(losers)) w;
  end if;

  if cardinality(r_append) > 0 then
    -- A receipt names the last event of its append.
    insert into receipts (log_id, day, tenant_id, key, fingerprint, status, aggregate_type, aggregate_id,
                          sequence, position, recorded_at)
      select p_log, today, r.tenant, r.key, r.fingerprint, r.status,
             e_aggregate_type[a_until[r.number]], e_aggregate_id[a_until[r.number]], at.position, at.position, written_at
        from unnest(r_append, r_tenant, r_key, r_fingerprint, r_status) r(number, tenant, key, fingerprint, status)
        cross join lateral (
          select base + a_until[r.number]
                 - (select count(*) from unnest(e_append) x where x < r.number and x = any(losers)) as position offset 0) at
       where r.number <> all(losers);
  end if;
end $$;

-- The same as before, but that telemetry has no rows in streams.
create or replace function heal_batch(
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
     where not exists (select from logs l where l.log_id = p_log and l.kind = 'telemetry')
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
