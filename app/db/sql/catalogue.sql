-- Offerings as everybody may see them. The view is no security barrier, so that a search uses its indexes: samen_catalogue,
-- which alone reads it, can make no function that would see rows before the condition does.
create view catalogue_offering as
select o.id, o.title, o.text, o.category, to_json(o.tags) as tags, o.kind, o.price_unit,
       o.consumer_price_cents, o.price_cents, o.price_basis,
       o.vat_class, trim_scale(v.basis_points / 100.0)::text as vat_percent, o.town, o.image_url, o.lead_time_minutes,
       s.units - s.held as left_units, o.edition, m.trade_name as maker, o.search,
       c.id as cooperative_id, c.slug as cooperative_slug, c.name as cooperative_name
  from offering o
  join cooperative c on c.id = o.cooperative_id
  join member m on m.id = o.member_id
  left join stock s on s.offering_id = o.id
 cross join lateral (select v.basis_points from vat_rate v
                      where v.vat_class = o.vat_class and v.from_date <= current_date
                      order by v.from_date desc limit 1) r
 cross join lateral (select case when o.vat_class = 'margin' or exists (
                                       select from small_business_spell b
                                        where b.cooperative_id = c.id and b.since <= current_date
                                          and (b.until is null or b.until > current_date)) then 0
                                 else r.basis_points end as basis_points) v
 where o.state = 'published';
alter view catalogue_offering owner to samen_books;
grant select on catalogue_offering to samen_catalogue;
