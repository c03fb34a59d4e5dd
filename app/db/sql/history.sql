-- Refuses every change: for rows that are booked, signed, published or logged. It holds for every role.
create function refuse_change() returns trigger
    language plpgsql as $$
begin
    raise exception '% of % is refused: what is booked or logged is never changed', tg_op, tg_table_name
        using errcode = 'SM009';
end $$;

-- A trail is never changed, but for the words that somebody wrote into it, which can be forgotten.
create function refuse_change_of_trail() returns trigger
    language plpgsql as $$
begin
    if tg_op = 'UPDATE' and to_jsonb(new) = to_jsonb(old) || '{"note": ""}' then
        return new;
    end if;
    raise exception '% of % is refused: what is booked or logged is never changed', tg_op, tg_table_name
        using errcode = 'SM009';
end $$;

-- The reason of an entry stands in words that can be forgotten; the amount, the day and the person who did it stay.
create function refuse_change_of_words() returns trigger
    language plpgsql as $$
begin
    if tg_op = 'UPDATE' and to_jsonb(new) = to_jsonb(old) || '{"reason": ""}' then
        return new;
    end if;
    raise exception '% of % is refused: what is booked or logged is never changed', tg_op, tg_table_name
        using errcode = 'SM009';
end $$;
