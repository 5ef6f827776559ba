-- The bank's own accounts of a branch, by the role they play in posting templates.
CREATE TABLE internal_account (
    branch_id  integer NOT NULL REFERENCES branch,
    currency   char(3) NOT NULL,
    role       text NOT NULL,
    account_id bigint NOT NULL REFERENCES ledger_account,
    PRIMARY KEY (branch_id, currency, role)
);

CREATE TABLE deposit_account (
    account_id  bigint PRIMARY KEY REFERENCES ledger_account,
    card_number text UNIQUE,
    opened_by   text NOT NULL
);
CREATE SEQUENCE deposit_account_serial;
CREATE SEQUENCE card_serial;

CREATE TABLE account_party (
    account_id bigint NOT NULL REFERENCES ledger_account,
    party_id   bigint NOT NULL REFERENCES party,
    role       text NOT NULL CHECK (role IN ('owner', 'disponent')),
    PRIMARY KEY (account_id, party_id)
);
CREATE INDEX account_party_party ON account_party (party_id);
