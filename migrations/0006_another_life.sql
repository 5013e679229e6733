-- A log that goes on from an older point, without what came after it, begins another life: its
-- positions are used again, so a token of the life before must not be taken for one of this.
set local lock_timeout = '2s';

create function begin_another_life(p_log smallint) returns bigint
language sql security definer set search_path = public, pg_temp as $$
  update logs set epoch = ('x' || left(replace(gen_random_uuid()::text, '-', ''), 8))::bit(32)::bigint
   where log_id = p_log returning epoch;
$$;

revoke execute on function begin_another_life from public;
grant execute on function begin_another_life to flowgrid_log;
