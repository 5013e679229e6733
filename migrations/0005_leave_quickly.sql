-- Dropping a leaf wants the parent for itself. Behind a long reader (pg_dump, a report) it would
-- wait, and every append that takes a receipt would wait behind it. So it gives up quickly and
-- tries again when the tables are looked after next.
set local lock_timeout = '2s';

create or replace function drop_old_receipts() returns integer
language plpgsql security definer set search_path = public, pg_temp set lock_timeout = '100ms' as $$
declare
  leaf text;
  dropped integer := 0;
begin
  for leaf in
    select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
     where i.inhparent = 'receipts'::regclass
       and c.relname < 'receipts_' || to_char((clock_timestamp() at time zone 'UTC')::date - 2, 'YYYYMMDD')
  loop
    begin
      execute format('drop table %I', leaf);
      dropped := dropped + 1;
    exception
      when lock_not_available then exit;
      when undefined_table then null; -- another process was faster
    end;
  end loop;
  return dropped;
end $$;
