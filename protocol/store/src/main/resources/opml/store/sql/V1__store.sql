-- One text for SQLite and PostgreSQL; only the type of bytes has two names.
-- Numbers of enums are positions in their lists. Amounts are 32 bytes, big-endian, unless they are added up.

create table meta (
  only_row bigint primary key check (only_row = 1),
  schema_version bigint not null,
  chain_id bigint not null,
  hub ${bytes} not null,
  genesis ${bytes} not null,
  first_block bigint not null,
  position bigint not null
);

-- How often the store was opened: a process that has another number than this was overtaken.
create table fence (
  only_row bigint primary key check (only_row = 1),
  token bigint not null
);

create table block (
  number bigint primary key,
  hash ${bytes} not null,
  parent ${bytes} not null,
  timestamp bigint not null,
  base_fee ${bytes} not null
);

create table finalised (
  only_row bigint primary key check (only_row = 1),
  number bigint not null,
  hash ${bytes} not null,
  parent ${bytes} not null,
  timestamp bigint not null,
  base_fee ${bytes} not null
);

-- topics: 32 bytes each, one after the other.
create table event (
  block bigint not null,
  log_index bigint not null,
  block_hash ${bytes} not null,
  transaction_hash ${bytes} not null,
  address ${bytes} not null,
  topics ${bytes} not null,
  data ${bytes} not null,
  kind bigint not null,
  request ${bytes},
  claim ${bytes},
  game ${bytes},
  primary key (block, log_index)
);

create index event_by_request on event (request, block, log_index);
create index event_by_claim on event (claim, block, log_index);
create index event_by_game on event (game, block, log_index);

create table ended_request (
  request ${bytes} primary key,
  final_claim ${bytes},
  first_block bigint not null,
  last_block bigint not null,
  events bigint not null,
  claims bigint not null,
  games bigint not null
);

create index ended_request_by_block on ended_request (last_block, request);

-- The amount is gwei * 10^9 + wei: both can be added up.
create table payment (
  block bigint not null,
  ordinal bigint not null,
  kind bigint not null,
  request ${bytes},
  account ${bytes} not null,
  gwei bigint not null,
  wei bigint not null,
  at bigint not null,
  day bigint not null,
  primary key (block, ordinal)
);

create index payment_by_day on payment (day);
create index payment_by_request on payment (request);

-- mined_block is -1, and the columns about it have no meaning, while it is in no block.
create table intent (
  kind bigint not null,
  subject ${bytes} not null,
  account ${bytes} not null,
  target ${bytes} not null,
  data ${bytes} not null,
  value ${bytes} not null,
  deadline bigint not null,
  noted_at bigint not null,
  state bigint not null,
  mined_block bigint not null,
  mined_hash ${bytes},
  mined_transaction ${bytes},
  succeeded bigint not null,
  dropped text not null,
  primary key (kind, subject)
);

create index intent_by_state on intent (state, deadline, kind, subject);
create index intent_by_block on intent (mined_block);

create table signed_version (
  kind bigint not null,
  subject ${bytes} not null,
  ordinal bigint not null,
  account ${bytes} not null,
  nonce bigint not null,
  gas_limit bigint not null,
  max_fee ${bytes} not null,
  tip ${bytes} not null,
  hash ${bytes} not null,
  bytes ${bytes} not null,
  signed_at bigint not null,
  sent bigint not null,
  primary key (kind, subject, ordinal)
);

create index signed_version_by_nonce on signed_version (account, nonce);

create table job (
  kind bigint not null,
  subject ${bytes} not null,
  priority bigint not null,
  deadline bigint not null,
  payload ${bytes} not null,
  not_before bigint not null,
  tries bigint not null,
  owner text not null,
  leased_until bigint not null,
  trouble text not null,
  primary key (kind, subject)
);

create index job_by_turn on job (priority, deadline, kind, subject);

create table run_result (
  run ${bytes} primary key,
  root ${bytes} not null,
  output ${bytes} not null,
  steps bigint not null,
  at bigint not null
);

create index run_result_by_time on run_result (at, run);
