-- Who has left stays on record and cannot log in.
ALTER TABLE staff ADD COLUMN active boolean NOT NULL DEFAULT true;
CREATE TRIGGER staff_kept BEFORE DELETE OR TRUNCATE ON staff FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE party_contact_change (
    party_id       bigint NOT NULL REFERENCES party,
    changed_at     timestamptz NOT NULL,
    mobile_before  text,
    address_before text
);
CREATE INDEX party_contact_change_party ON party_contact_change (party_id);
CREATE TRIGGER party_contact_change_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON party_contact_change
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
