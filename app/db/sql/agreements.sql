-- agreement
grant select, insert, update on agreement to samen_app;
