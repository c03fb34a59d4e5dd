-- The public read model: published offerings, public columns only.
create view catalogue_offering with (security_barrier) as
select o.id, o.title, o.text, o.category, to_json(o.tags) as tags, o.kind, o.price_unit, o.price_cents,
       o.price_cents + (o.price_cents * r.basis_points + 5000) / 10000 as price_incl_vat_cents,
       o.vat_class, trim_scale(r.basis_points / 100.0)::text as vat_percent, o.town, o.image_url, o.lead_time_minutes,
       s.units - s.held as left_units, o.edition, m.trade_name as maker, o.search,
       c.id as cooperative_id, c.slug as cooperative_slug, c.name as cooperative_name
  from offering o
  join cooperative c on c.id = o.cooperative_id
  join member m on m.id = o.member_id
  left join stock s on s.offering_id = o.id
  cross join lateral (select v.basis_points from vat_rate v
                       where v.vat_class = o.vat_class and v.from_date <= current_date
                       order by v.from_date desc limit 1) r
 where o.state = 'published'
--;
alter view catalogue_offering owner to samen_books
