-- What is owed back on an order may pay another order: then it went back by that payment.
alter table repayment add column payment_id uuid references payment;
create unique index repayment_payment on repayment (payment_id) where payment_id is not null;
