-- Whose store it is, as whoever opened it last said.
alter table fence add column account ${bytes};

-- Before this block payments may be missing; 0 if none is.
alter table meta add column books_from bigint not null default 0;

-- There is a row while the node is to begin nothing new.
create table drain (
  only_row bigint primary key check (only_row = 1),
  since bigint not null
);

-- What moved by transactions of the account, which no event of the hub tells.
create table transaction_payment (
  transaction_hash ${bytes} not null,
  ordinal bigint not null,
  block bigint not null,
  kind bigint not null,
  request ${bytes},
  account ${bytes} not null,
  gwei bigint not null,
  wei bigint not null,
  at bigint not null,
  day bigint not null,
  primary key (transaction_hash, ordinal)
);

create index transaction_payment_by_block on transaction_payment (block);
create index transaction_payment_by_day on transaction_payment (day);
create index transaction_payment_by_request on transaction_payment (request);

-- Until now no payment was kept: what was read of the chain is read again, so that they all are.
delete from event;
delete from block;
delete from finalised;
delete from ended_request;
delete from payment;
update meta set position = first_block - 1;
