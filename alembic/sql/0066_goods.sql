-- Whether a line sells goods or a service was guessed: what counted stock was goods. Those of before keep that category,
-- because their revenue is booked under it.
alter table order_line add column goods boolean not null default false;
alter table order_line disable trigger user;
update order_line set goods = true where counts_stock;
alter table order_line enable trigger user;

-- The fund that bears a cost has one name, as with what is written off.
update cost_claim set borne_by = 'cooperative_fund' where borne_by = 'fund';
