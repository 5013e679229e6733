-- What each transaction over read models begins with: whose rows it sees, and which generations. In a
-- function, so that the lookup is planned once for each connection and not for each request.
set local lock_timeout = '2s';

-- No SET clause: it would take back what the function is there to set. Every name is qualified.
create function public.enter_tenant(p_tenant uuid, p_names text[], p_versions integer[]) returns void
language plpgsql as $$
declare
  live text;
begin
  select pg_catalog.string_agg(l.schema_name, ',' order by l.name desc) into live
    from public.projection_live l
    join rows from (pg_catalog.unnest(p_names), pg_catalog.unnest(p_versions)) as w (name, version)
      on l.name operator(pg_catalog.=) w.name and l.version operator(pg_catalog.=) w.version;
  perform pg_catalog.set_config('app.tenant', p_tenant::pg_catalog.text, true),
          pg_catalog.set_config('search_path', coalesce(live, 'pg_catalog'), true);
end $$;

revoke execute on function public.enter_tenant(uuid, text[], integer[]) from public;
grant execute on function public.enter_tenant(uuid, text[], integer[]) to flowgrid_query;
