do $$
declare f text;
begin
    foreach f in array array[
        'enter(text, text, text)', 'enter_as_system(uuid)', 'ensure_person(text, text, text)',
        'client_scopes(text, text)', 'guest_order(text)', 'forget_keys(timestamptz)', 'outbox_lag(timestamptz)',
        'post_journal(uuid, uuid, text, text, uuid, integer, text, date, uuid, uuid, jsonb)', 'require_balance()'
    ] loop
        execute format('revoke all on function %s from public', f);
        execute format('alter function %s owner to samen_books', f);
        if f <> 'enter_as_system(uuid)' and f <> 'require_balance()' then
            execute format('grant execute on function %s to samen_app', f);
        end if;
    end loop;
end $$
--;
grant execute on function enter_as_system(uuid) to samen_worker
--;
grant select, insert, update, delete on all tables in schema public to samen_books
--;
grant select, insert, update on municipality, cooperative, person, member, customer, agreement, offering, stock,
    stock_hold, "order", payment, cost_claim, earning, member_year, member_month, task, idempotency to samen_app
--;
grant select, insert, delete on office to samen_app
--;
grant delete on stock to samen_app
--;
grant select, insert on offering_edition, order_line, order_event, vat_rate to samen_app
--;
grant select (id, name, scopes, cooperative_ids, redirect_uris, rate_class, disabled_at, version) on app to samen_app
--;
grant insert, update on app to samen_app
--;
grant select on account, balance, journal, entry, period to samen_app
--;
grant insert on outbox, timer to samen_app
--;
grant select, update on outbox, timer to samen_worker
--;
grant select on catalogue_offering to samen_catalogue
--;
grant select on alembic_version to samen_app
