-- The open alerts of a building: counted for each building shown.
create index if not exists alerts_open_of_building on alerts (tenant_id, building_id) where status <> 'resolved';
