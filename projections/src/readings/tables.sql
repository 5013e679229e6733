-- A row for each sensor and day on the calendar of its building: what was reported on that day, and what
-- came of it. A month is a partition, so that what is too old is dropped and not deleted.
create table if not exists readings (
  tenant_id uuid not null,
  id text not null,
  day date not null,
  -- How many readings `points` holds.
  count integer not null,
  points bytea not null,
  -- Rollups of the day and of its hours.
  total bytea not null,
  hours bytea not null,
  constraint readings_pkey primary key (tenant_id, id, day)
) partition by range (day);

-- Days for which there is no month.
create table if not exists readings_other partition of readings default;
alter table readings_other enable row level security;
alter table readings_other force row level security;

-- What readings of a sensor mean: the sensor as the domain folds it, and the zone of its building.
create table if not exists reading_sensors (
  tenant_id uuid not null,
  id text not null,
  building_id text not null,
  zone text not null,
  sensor jsonb not null,
  constraint reading_sensors_pkey primary key (tenant_id, id)
);

-- Zones of buildings whose zone became another one; all others are as when their sensors were installed.
create table if not exists reading_zones (
  tenant_id uuid not null,
  id text not null,
  zone text not null,
  constraint reading_zones_pkey primary key (tenant_id, id)
);

-- Moves on whenever rows were derived anew, so that whoever remembers rows forgets them.
create sequence if not exists reading_turns;
grant usage, select on sequence reading_turns to flowgrid_project
