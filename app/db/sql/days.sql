-- Days that people type lie between 2000 and 2199. An old day outside stays as it is, and its row can be changed: that is
-- why these are triggers, and no constraints.
create function refuse_day() returns trigger
    language plpgsql as $$
begin
    raise exception 'this day is out of range' using errcode = 'check_violation', column = tg_argv[0],
        table = tg_table_name, constraint = tg_table_name || '_' || tg_argv[0] || '_in_range';
end $$;

-- Every day has the two triggers of this loop, and these moments. Days that follow from days that are held elsewhere have
-- none: a month that an old slip opened can be closed.
do $$
declare
    v record;
    v_bad text;
begin
    for v in
        select c.table_name, c.column_name, c.data_type
          from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
         where c.table_schema = 'public' and t.table_type = 'BASE TABLE'
           and (c.data_type = 'date' or (c.table_name, c.column_name) in (
                    ('order', 'needed_at'), ('assignment', 'starts_at'), ('assignment', 'ends_at'),
                    ('assignment_slot', 'starts_at'), ('assignment_slot', 'ends_at'),
                    ('joint_purchase', 'closes_at'), ('joint_purchase', 'tops_up_at'), ('netting', 'as_of')))
           and (c.table_name, c.column_name) not in (
                    ('journal', 'period'), ('member_month', 'month'), ('fund_month', 'month'), ('period', 'month'),
                    ('vat_rate', 'from_date'), ('journal_reversal', 'day'))
    loop
        v_bad := format(case v.data_type
            when 'date' then 'new.%I not between date ''2000-01-01'' and date ''2199-12-31'''
            else 'new.%I not between timestamptz ''2000-01-01 00:00:00+00'' and timestamptz ''2199-12-31 23:59:59+00'''
            end, v.column_name);
        -- A reversal has the day of what it undoes.
        if v.table_name = 'journal' then
            v_bad := v_bad || ' and new.reverses is null';
        end if;
        execute format('create trigger %I before insert on %I for each row when (%s) execute function refuse_day(%L)',
                       v.column_name || '_in_range', v.table_name, v_bad, v.column_name);
        execute format('create trigger %I before update of %I on %I for each row '
                       'when (%s and new.%I is distinct from old.%I) execute function refuse_day(%L)', v.column_name || '_stays_in_range', v.column_name, v.table_name,
                       v_bad, v.column_name, v.column_name, v.column_name);
    end loop;
end $$;
