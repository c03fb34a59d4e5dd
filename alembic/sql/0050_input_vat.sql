-- What earlier claims held of VAT is unknown, so nothing of it was deducted.
alter table cost_claim
    add column vat_cents bigint not null default 0,
    add column deductible_basis_points integer not null default 10000,
    add constraint cost_claim_vat
        check (vat_cents between 0 and cents and deductible_basis_points between 0 and 10000) not valid;
