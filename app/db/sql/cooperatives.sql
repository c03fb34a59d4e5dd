-- cooperative
grant select, insert, update on cooperative to samen_app;

-- municipality
grant select, insert, update on municipality to samen_app;

-- vat_rate
grant select, insert on vat_rate to samen_app;
