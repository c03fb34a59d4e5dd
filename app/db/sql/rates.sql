-- rate_window
grant select, insert, update on rate_window to samen_app;
grant select, delete on rate_window to samen_worker;
