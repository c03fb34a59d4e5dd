-- Whether a line sells goods or a service was guessed: what counted stock was goods. Those of before keep that category,
-- because their revenue is booked under it.
alter table order_line add column goods boolean not null default false;
alter table order_line disable trigger user;
update order_line set goods = true where counts_stock;
alter table order_line enable trigger user;
