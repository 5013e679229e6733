-- Bookkeeping of the projections. A read model lives in a schema per generation; one row names the
-- live one, keyed by the code's version too, so that old binaries keep theirs during a rolling deploy.

create table projection_generations (
  name text not null,
  version integer not null,
  generation integer not null check (generation > 0),
  -- rm_<name>_v<version>_<generation>
  schema_name text not null unique,
  state text not null check (state in ('requested', 'filling', 'catching-up', 'comparing', 'live',
                                       'differs', 'cancelled', 'failed', 'retired', 'dropped')),
  -- Swapped in even when it differs from the live one.
  forced boolean not null default false,
  requested_at timestamptz not null default clock_timestamp(),
  started_at timestamptz,
  finished_at timestamptz,
  -- Of all logs together: events read, events to read, events/s.
  events_read bigint not null default 0,
  events_target bigint not null default 0,
  events_per_second double precision not null default 0,
  error text,
  constraint projection_generations_pkey primary key (name, version, generation)
) with (fillfactor = 50);

-- At most one rebuild of a projection at a time.
create unique index projection_generations_unfinished on projection_generations (name, version)
  where state in ('requested', 'filling', 'catching-up', 'comparing');

create table projection_live (
  name text not null,
  version integer not null,
  generation integer not null,
  schema_name text not null,
  swapped_at timestamptz not null default clock_timestamp(),
  constraint projection_live_pkey primary key (name, version)
);

-- Moved in the transaction that writes the rows. A low fillfactor keeps the updates on the page.
create table projection_checkpoints (
  name text not null,
  version integer not null,
  generation integer not null,
  log_id smallint not null,
  position bigint not null default 0 check (position >= 0),
  -- No longer moved: the generation was swapped out, cancelled or has failed.
  closed boolean not null default false,
  -- Why its projector stands still, and at which event.
  error text,
  error_position bigint,
  moved_at timestamptz not null default clock_timestamp(),
  constraint projection_checkpoints_pkey primary key (name, version, generation, log_id)
) with (fillfactor = 10, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

grant select, insert, update on projection_generations to flowgrid_project;
grant select, insert, update, delete on projection_live, projection_checkpoints to flowgrid_project;
grant select on projection_live, projection_checkpoints to flowgrid_query;
