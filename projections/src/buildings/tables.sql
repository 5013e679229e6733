-- Updated in place: no column that changes is indexed, so an update touches no index.
create table if not exists buildings (
  tenant_id uuid not null,
  id text not null,
  name text not null,
  kind text not null,
  address text,
  lat double precision,
  lon double precision,
  area double precision,
  timezone text,
  status text not null,
  revision bigint not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  -- Of the last event: which position the row shows.
  position bigint not null,
  constraint buildings_pkey primary key (tenant_id, id)
) with (fillfactor = 85);
