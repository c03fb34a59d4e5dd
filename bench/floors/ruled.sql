-- What the rules cost: the same order paid in one round trip too, but through the real tables, as the application's role:
-- who acts, the request key, row security, foreign keys, the lock of the year, journals with their hashes and checks.
-- Only the split itself is not worked out: a tenth is the cooperative's, the rest is for the pot.
create function bench.ruled(p_issuer text, p_subject text, p_key text, p_order uuid) returns void language plpgsql as $$
declare
    o "order";
    e earning;
    v_agreement uuid;
    v_payment uuid := uuidv7();
    v_sale uuid := uuidv7();
    v_gross bigint;
    v_share bigint;
    v_month date;
    v_legs jsonb;
    v_sold jsonb;
    v_paid jsonb;
begin
    perform enter_with_key(p_issuer, p_subject, null, 'record_payment', p_key);
    select * into o from "order" where id = p_order for no key update;
    select * into e from earning where order_id = p_order;
    perform 1 from cost_claim where order_id = p_order and state in ('claimed', 'approved');
    select id into v_agreement from agreement
     where cooperative_id = o.cooperative_id and active_from <= e.work_date and cooperative_signed_at is not null
     order by active_from desc limit 1;
    perform lock_year(o.cooperative_id, array[e.member_id], extract(year from e.work_date)::int);
    v_gross := o.net_cents + o.vat_cents;
    v_share := o.net_cents / 10;
    v_month := date_trunc('month', e.work_date);
    insert into payment (id, order_id, cooperative_id, cents, paid_on, method, recorded_by, recorded_at, state, reason,
                         version)
    values (v_payment, o.id, o.cooperative_id, v_gross, current_date, 'bank_transfer',
            current_setting('samen.person')::uuid, now(), 'recorded', '', 1);
    insert into order_event (id, order_id, cooperative_id, verb, state, at, person_id, note)
    values (uuidv7(), o.id, o.cooperative_id, 'record_payment', 'completed', now(),
            current_setting('samen.person')::uuid, '');
    insert into outbox (id, name, cooperative_id, subject_id, facts, created_at, next_try_at, attempts)
    select uuidv7(), n, o.cooperative_id, o.id, '{"reference": "x"}', now(), now(), 0
      from unnest(array['order.paid', 'earning.posted']) n;
    merge into member_month t using (select e.member_id, v_month, v_agreement) u (member_id, month, agreement_id)
       on t.member_id = u.member_id and t.month = u.month and t.agreement_id = u.agreement_id
     when matched then update set kept_cents = t.kept_cents + o.net_cents - v_share
     when not matched then insert (member_id, month, agreement_id, kept_cents, cooperative_id)
          values (u.member_id, u.month, u.agreement_id, o.net_cents - v_share, o.cooperative_id);
    insert into fund_month (month, agreement_id, kept_cents, cooperative_id)
    values (v_month, v_agreement, v_share, o.cooperative_id)
        on conflict (cooperative_id, month, agreement_id)
        do update set kept_cents = fund_month.kept_cents + excluded.kept_cents;
    v_legs := jsonb_build_array(
        jsonb_build_object('kind', 'cooperative_fund', 'rule', 'share_of_surplus', 'cents', v_share, 'rgs', 'BEivOvrAlr',
                           'facts', '{"to": "cooperative_fund", "surplus": 9999, "basis_points": 1000}'::jsonb),
        jsonb_build_object('kind', 'pot', 'rule', 'pot', 'cents', o.net_cents - v_share, 'rgs', 'BSchSlc', 'floor', 0,
                           'member', e.member_id, 'facts', '{"before": 0, "after": 9000, "basis": "member_year"}'::jsonb));
    update earning set state = 'posted', journal_id = v_sale, agreement_id = v_agreement, legs = v_legs,
                       kept_cents = o.net_cents - v_share, version = version + 1
     where id = e.id;
    v_sold := jsonb_build_object('id', v_sale, 'cooperative_id', o.cooperative_id, 'kind', 'sale', 'source_type', 'order',
        'source_id', o.id, 'part', 1, 'currency', 'EUR', 'effective_on', e.work_date, 'agreement_id', v_agreement, 'legs',
        jsonb_build_array(
            jsonb_build_object('kind', 'to_share', 'rule', 'shared', 'cents', -o.net_cents, 'rgs', 'BSchOpaOop',
                               'facts', jsonb_build_object('order', o.id))) || v_legs,
        'results', jsonb_build_array(
            jsonb_build_object('category', 'allotted/fund', 'cents', -v_share),
            jsonb_build_object('category', 'members', 'cents', v_share - o.net_cents),
            jsonb_build_object('category', 'members/to_share', 'cents', o.net_cents)));
    update "order" set paid_cents = v_gross, sale_parts = 1, version = version + 1 where id = o.id;
    v_paid := jsonb_build_object('id', uuidv7(), 'cooperative_id', o.cooperative_id, 'kind', 'payment', 'source_type', 'payment',
        'source_id', v_payment, 'part', 1, 'currency', 'EUR', 'effective_on', current_date, 'legs',
        jsonb_build_array(
            jsonb_build_object('kind', 'bank', 'rule', 'payment', 'cents', -v_gross, 'rgs', 'BLimBanRba',
                               'facts', '{"method": "bank_transfer"}'::jsonb),
            jsonb_build_object('kind', 'receivable_customer', 'rule', 'payment', 'cents', v_gross, 'rgs', 'BVorDebHad',
                               'facts', '{"method": "bank_transfer"}'::jsonb)));
    perform post_journals(jsonb_build_array(v_sold, v_paid));
    perform record_outcome('record_payment', p_key, 'h', now(), '{"result": {"cents": 9999}}',
                           array[current_setting('samen.person')::uuid], array[v_payment]);
end $$
--;
grant usage on schema bench to samen_app
