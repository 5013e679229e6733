-- Whose the credentials of an integration are, so that they go when the person goes; and of which revision of
-- the integration, so that a late repeat puts none in the place of newer ones.
set local lock_timeout = '2s';

alter table vault.integration_secrets
  add column person uuid,
  add column revision bigint not null default 0;

create policy of_person_everywhere on vault.integration_secrets for delete to flowgrid_vault
  using (person = (select vault.person()));
create policy of_person_seen on vault.integration_secrets for select to flowgrid_vault
  using (person = (select vault.person()));
