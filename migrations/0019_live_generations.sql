-- A table without columns stands for each live generation. Whoever begins to read names the generations it knows
-- of and locks theirs: that fails as soon as one is swapped out, and costs less than looking them up. The lock
-- (access share) holds nobody off; what is looked at is the privilege, which the swap takes away.
set local lock_timeout = '2s';

create schema live;
grant usage on schema live to flowgrid_query;

create function public.mark_live(p_schema text) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if to_regclass(format('live.%I', p_schema)) is null then
    execute format('create table live.%I ()', p_schema);
  end if;
  execute format('grant select on live.%I to flowgrid_query', p_schema);
end $$;

-- Whoever swaps, of whichever release: in its transaction.
create function public.live_generation_moved() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op <> 'DELETE' then
    perform public.mark_live(new.schema_name);
  end if;
  if tg_op = 'DELETE' or tg_op = 'UPDATE' and old.schema_name <> new.schema_name then
    if to_regclass(format('live.%I', old.schema_name)) is not null then
      execute format('revoke select on live.%I from flowgrid_query', old.schema_name);
    end if;
  end if;
  return null;
end $$;

create function public.generation_dropped() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if to_regclass(format('live.%I', new.schema_name)) is not null then
    execute format('drop table live.%I', new.schema_name);
  end if;
  return null;
end $$;

revoke execute on function public.mark_live, public.live_generation_moved, public.generation_dropped from public;

create trigger moved after insert or update or delete on public.projection_live
  for each row execute function public.live_generation_moved();
create trigger dropped after update on public.projection_generations
  for each row when (new.state = 'dropped' and old.state <> 'dropped')
  execute function public.generation_dropped();

select public.mark_live(schema_name) from public.projection_live;
