create table if not exists alerts (
  tenant_id uuid not null,
  id text not null,
  alert_type text not null,
  severity text not null,
  -- 1 (critical) to 5 (info): what a severity sorts by.
  priority smallint not null,
  status text not null,
  source_kind text not null,
  source_id text not null,
  node_id text,
  building_id text,
  title text not null,
  message text,
  raised bigint not null,
  first_occurred_at timestamptz not null,
  last_occurred_at timestamptz not null,
  acknowledged_by text,
  acknowledged_at timestamptz,
  acknowledge_note text,
  resolved_by text,
  resolved_at timestamptz,
  resolution_note text,
  assignee text,
  snoozed_until timestamptz,
  -- [{id, by, text, at}], at most 500, in the order in which they were written.
  comments jsonb not null,
  revision bigint not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  -- Of the last event: which position the row shows.
  position bigint not null,
  constraint alerts_pkey primary key (tenant_id, id)
) with (fillfactor = 85);
