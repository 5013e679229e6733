-- Months of the read model of readings: partitions, which projectors need and only the owner can make.
set local lock_timeout = '2s';

-- Attached rather than created in place: that doesn't hold up who reads.
create function public.make_reading_months(p_schema text, p_months date[]) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  month date;
  part text;
begin
  if p_schema !~ '^rm_readings_v[0-9]{1,9}_[0-9]{1,9}$' then
    raise exception '% is no generation of readings', p_schema using errcode = '22023';
  end if;
  perform pg_advisory_xact_lock(hashtextextended(p_schema, 1));
  for month in
    select distinct date_trunc('month', d)::date from unnest(p_months) d
     where d >= date '2000-01-01' and d < date '2101-01-01' order by 1
  loop
    part := 'readings_' || to_char(month, 'YYYY_MM');
    if to_regclass(format('%I.%I', p_schema, part)) is null then
      execute format('create table %1$I.%2$I (like %1$I.readings including defaults including storage) with (fillfactor = 70)',
                     p_schema, part);
      execute format('alter table %I.%I enable row level security', p_schema, part);
      execute format('alter table %I.%I force row level security', p_schema, part);
      execute format('alter table %1$I.readings attach partition %1$I.%2$I for values from (%3$L) to (%4$L)',
                     p_schema, part, month, (month + interval '1 month')::date);
    end if;
  end loop;
end $$;

revoke execute on function public.make_reading_months(text, date[]) from public;
grant execute on function public.make_reading_months(text, date[]) to flowgrid_project;
