-- Leaves are made ahead of need, by LIKE + CHECK + ATTACH: CREATE … PARTITION OF would wait
-- behind every long reader. A missing leaf stops the log, so `flowgrid doctor` looks, too.

-- Makes the leaf that holds p_position, if it is missing.
create function make_event_leaf(p_log smallint, p_position bigint) returns boolean
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  size bigint;
  low bigint;
  parent text := format('events_%s', p_log);
  leaf text;
begin
  select l.leaf_events into strict size from logs l where l.log_id = p_log;
  low := ((p_position - 1) / size) * size + 1;
  leaf := format('events_%s_%s', p_log, lpad(((low - 1) / size)::text, 6, '0'));
  if to_regclass(leaf) is not null then return false; end if;
  perform pg_advisory_xact_lock(hashtext('flowgrid.leaves'), p_log);
  if to_regclass(leaf) is not null then return false; end if;
  execute format('create table %I (like events including defaults including constraints)', leaf);
  execute format('alter table %I add primary key (log_id, position), '
    'add constraint bounds check (log_id = %s and position >= %s and position < %s)', leaf, p_log, low, low + size);
  execute format('create unique index on %I (aggregate_type, aggregate_id, sequence)', leaf);
  execute format('alter table %I attach partition %I for values from (%s) to (%s)', parent, leaf, low, low + size);
  -- It spared the attachment a scan; every insert would read and check it again.
  execute format('alter table %I drop constraint bounds', leaf);
  return true;
end $$;

-- The newest leaf is empty when this returns: one whole leaf of room.
create function make_leaves_ahead() returns integer
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  each_log record;
  head bigint;
  made integer := 0;
  receipt_day date;
begin
  for each_log in select l.log_id, l.leaf_events, h.position as floor
                    from logs l join log_heads h on h.log_id = l.log_id loop
    select greatest(each_log.floor, max(e.position), 0) into head from events e where e.log_id = each_log.log_id;
    made := made + make_event_leaf(each_log.log_id, head + 1)::int
                 + make_event_leaf(each_log.log_id, head + 1 + each_log.leaf_events)::int;
  end loop;
  for ahead in -1 .. 3 loop
    receipt_day := (clock_timestamp() at time zone 'UTC')::date + ahead;
    made := made + make_receipt_leaf(receipt_day)::int;
  end loop;
  return made;
end $$;

create function make_receipt_leaf(p_day date) returns boolean
language plpgsql security definer set search_path = public, pg_temp as $$
declare leaf text := 'receipts_' || to_char(p_day, 'YYYYMMDD');
begin
  if to_regclass(leaf) is not null then return false; end if;
  perform pg_advisory_xact_lock(hashtext('flowgrid.leaves'), -1);
  if to_regclass(leaf) is not null then return false; end if;
  execute format('create table %I (like receipts including defaults including constraints)', leaf);
  execute format('alter table %I add primary key (log_id, tenant_id, key, day), '
    'add constraint bounds check (day >= %L and day < %L)', leaf, p_day, p_day + 1);
  execute format('alter table receipts attach partition %I for values from (%L) to (%L)', leaf, p_day, p_day + 1);
  execute format('alter table %I drop constraint bounds', leaf);
  return true;
end $$;

-- A receipt is good for 24 hours: leaves wholly older than that are dropped.
create function drop_old_receipts() returns integer
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  leaf text;
  dropped integer := 0;
begin
  for leaf in
    select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
     where i.inhparent = 'receipts'::regclass
       and c.relname < 'receipts_' || to_char((clock_timestamp() at time zone 'UTC')::date - 2, 'YYYYMMDD')
  loop
    execute format('drop table %I', leaf);
    dropped := dropped + 1;
  end loop;
  return dropped;
end $$;

-- A log, if it isn't there yet.
create function make_log(p_log smallint, p_kind text, p_leaf_events bigint default 20000000) returns boolean
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform pg_advisory_xact_lock(hashtext('flowgrid.leaves'), p_log);
  insert into logs (log_id, kind, epoch, leaf_events)
    values (p_log, p_kind, ('x' || left(replace(gen_random_uuid()::text, '-', ''), 8))::bit(32)::bigint, p_leaf_events)
    on conflict do nothing;
  if not found then return false; end if;
  insert into log_heads (log_id) values (p_log);
  execute format('create table %I partition of events for values in (%s) partition by range (position)',
    format('events_%s', p_log), p_log);
  perform make_event_leaf(p_log, 1), make_event_leaf(p_log, 1 + p_leaf_events);
  return true;
end $$;

revoke execute on function make_event_leaf, make_leaves_ahead, make_receipt_leaf, drop_old_receipts, make_log from public;
grant execute on function make_leaves_ahead, drop_old_receipts to flowgrid_log;

select make_log(0::smallint, 'identity'), make_log(1::smallint, 'domain'), make_log(2::smallint, 'telemetry');
select make_leaves_ahead();
